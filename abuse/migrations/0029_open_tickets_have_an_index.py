"""Who has a ticket open is asked every day, of the few that are."""

import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("abuse", "0028_files_come_with_appeals")]

    operations = [
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                django.db.models.functions.text.Lower("reporter_email"),
                condition=models.Q(("closed_at", None)),
                name="abuse_ticket_open",
            ),
        ),
    ]
