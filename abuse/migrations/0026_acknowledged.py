"""What follows from a message is done by a worker, which sees from the row that it is still to be done.

Of what came before, it was done at once: those rows are given today, without being written anew.
"""

from django.db import migrations, models

ADD = """
ALTER TABLE abuse_ticket ADD COLUMN acknowledged_at timestamptz DEFAULT now();
ALTER TABLE abuse_ticket ALTER COLUMN acknowledged_at DROP DEFAULT;
"""


class Migration(migrations.Migration):
    dependencies = [("abuse", "0025_reports_are_told_by_other_means")]

    operations = [
        migrations.RunSQL(
            ADD,
            "ALTER TABLE abuse_ticket DROP COLUMN acknowledged_at",
            state_operations=[
                migrations.AddField(
                    model_name="ticket",
                    name="acknowledged_at",
                    field=models.DateTimeField(
                        editable=False, help_text="Until then its receipt is still to be written.", null=True
                    ),
                )
            ],
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("acknowledged_at", None)),
                fields=["id"],
                name="abuse_ticket_unacknowledged",
            ),
        ),
    ]
