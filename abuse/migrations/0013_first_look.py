"""When somebody at the desk first took a ticket in hand."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("abuse", "0012_tickets_join"), ("journal", "0002_entries_are_append_only")]

    operations = [
        migrations.AddField(
            model_name='ticket',
            name='first_look_at',
            field=models.DateTimeField(null=True, verbose_name='first looked at'),
        ),
        # Those who took or closed it looked at it; the journal says when.
        migrations.RunSQL(
            """
            UPDATE abuse_ticket AS ticket SET first_look_at = looked.at
            FROM (
                SELECT about_id, min(at) AS at FROM journal_entry
                WHERE verb IN ('abuse.taken', 'abuse.closed') AND about_type = 'abuse.ticket' GROUP BY about_id
            ) AS looked
            WHERE looked.about_id = ticket.id::text AND ticket.state <> 'new'
            """,
            migrations.RunSQL.noop,
        ),
    ]
