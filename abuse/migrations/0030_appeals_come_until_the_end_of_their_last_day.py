from datetime import timedelta

from django.db import migrations, models

NAME = "abuse_appeal_within_six_months"


def within(time: timedelta) -> models.CheckConstraint:
    decided = models.F("decided_at")
    return models.CheckConstraint(
        condition=models.Q(filed_at__gte=decided) & models.Q(filed_at__lte=decided + time), name=NAME
    )


class Migration(migrations.Migration):
    dependencies = [("abuse", "0029_open_tickets_have_an_index")]

    operations = [
        migrations.RemoveConstraint("appeal", NAME),
        migrations.AddConstraint("appeal", within(timedelta(days=184, hours=25))),
    ]
