from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("services", "0013_announcements_say_when_they_were_reworded"),
    ]

    operations = [
        migrations.AlterField(
            model_name="service",
            name="ended_on",
            field=models.DateField(
                blank=True,
                help_text="After this day it leaves the lists of services; its page and its past stay.",
                null=True,
                verbose_name="offered until",
            ),
        ),
    ]
