"""A ticket knows its topic among eight, whom and what it is about, and whether its address is confirmed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def confirm_all(apps, schema_editor):
    """Letters went to every address before: nobody who wrote to us is to wait for an answer because of this."""
    apps.get_model("abuse", "Ticket").objects.exclude(reporter_email="").update(confirmed_at=models.F("opened_at"))



class Migration(migrations.Migration):

    dependencies = [
        ('abuse', '0004_tickets_are_found_by_address'),
        ('services', '0001_services_outages_and_announcements'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='ticket',
            name='abuse_ticket_known_topic',
        ),
        migrations.AddField(
            model_name='ticket',
            name='child_abuse',
            field=models.BooleanField(default=False, verbose_name='sexual abuse of children'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='confirmed_at',
            field=models.DateTimeField(editable=False, help_text='Until then nothing but one receipt is written to it.', null=True, verbose_name='address confirmed'),
        ),
        migrations.RunPython(confirm_all, migrations.RunPython.noop),
        migrations.AddField(
            model_name='ticket',
            name='event',
            field=models.CharField(blank=True, editable=False, help_text='Fingerprint of what a machine reported: reported again, it joins this ticket.', max_length=64),
        ),
        migrations.AddField(
            model_name='ticket',
            name='particulars',
            field=models.JSONField(blank=True, default=dict, verbose_name='particulars'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='service',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='services.service', verbose_name='service it is about'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='subject',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='account it is about'),
        ),
        migrations.AlterField(
            model_name='ticket',
            name='topic',
            field=models.CharField(choices=[('question', 'question'), ('bug', 'bug in a service'), ('abuse', 'abuse'), ('illegal', 'illegal content'), ('security', 'security vulnerability'), ('personal_data', 'personal data request'), ('authority', 'authority request'), ('other', 'other')], max_length=20, verbose_name='topic'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('event', ''), _negated=True), fields=['event'], name='abuse_ticket_event'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(('topic__in', ['question', 'bug', 'abuse', 'illegal', 'security', 'personal_data', 'authority', 'other'])), name='abuse_ticket_known_topic'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(('forgotten_at', None), ('particulars', {}), _connector='OR'), name='abuse_ticket_forgotten_without_particulars'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(('child_abuse', False), models.Q(('reporter_email', ''), ('reporter_name', '')), _connector='OR'), name='abuse_ticket_child_abuse_is_nameless'),
        ),
    ]
