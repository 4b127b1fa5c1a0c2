from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbox", "0002_letters_form_threads_and_can_be_left")]

    operations = [
        migrations.AddField(
            "trouble",
            "address",
            models.CharField("address", max_length=320, blank=True, default="", db_default=""),
        ),
        migrations.AlterField("trouble", "channel", models.CharField("channel", max_length=20)),
        migrations.AddConstraint(
            "trouble", models.UniqueConstraint(fields=["channel", "address"], name="trouble_once_a_server")
        ),
    ]
