import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("abuse", "0003_words_are_forgotten")]

    operations = [
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                django.db.models.functions.text.Lower("reporter_email"),
                condition=models.Q(("reporter_email", ""), _negated=True),
                name="abuse_ticket_written_from",
            ),
        ),
    ]
