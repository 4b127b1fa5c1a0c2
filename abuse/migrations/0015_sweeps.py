"""Tickets put aside together can be made new again together."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("abuse", "0014_notes"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name='Sweep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('outcome', models.CharField(choices=[('answered', 'answered'), ('violation', 'the Terms were broken'), ('no_violation', 'the Terms were not broken'), ('referred', 'passed on to those it concerns'), ('duplicate', 'already reported'), ('spam', 'unwanted message')], max_length=20)),
                ('undone_at', models.DateTimeField(null=True)),
            ],
            options={
                'default_permissions': [],
            },
        ),
        migrations.AddField(
            model_name='sweep',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='ticket',
            name='sweep',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='tickets', to='abuse.sweep'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(('sweep', None), ('outcome__in', ['duplicate', 'spam']), _connector='OR'), name='abuse_ticket_swept_is_triaged'),
        ),
        migrations.AddConstraint(
            model_name='sweep',
            constraint=models.CheckConstraint(condition=models.Q(('outcome__in', ['duplicate', 'spam'])), name='abuse_sweep_is_triage'),
        ),
    ]
