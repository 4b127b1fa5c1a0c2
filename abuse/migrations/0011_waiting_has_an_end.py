"""Whoever is asked has until a day to answer; then the ticket comes back to the desk."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("abuse", "0010_messages_know_their_party")]

    operations = [
        migrations.AddField(
            model_name='ticket',
            name='due_at',
            field=models.DateTimeField(null=True, verbose_name='answer awaited until'),
        ),
        migrations.RunSQL(
            "UPDATE abuse_ticket SET due_at = now() + interval '14 days' WHERE state = 'waiting'",
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('due_at__isnull', False), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('due_at__isnull', True)), _connector='OR'), name='abuse_ticket_waiting_has_end'),
        ),
    ]
