from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("services", "0011_outages_say_since_when_they_are_part"),
    ]

    operations = [
        migrations.AddField(
            model_name="outage",
            name="unseen_end",
            field=models.BooleanField(
                db_default=False, default=False, editable=False, verbose_name="nobody saw its end"
            ),
        ),
        migrations.AddConstraint(
            model_name="outage",
            constraint=models.CheckConstraint(
                condition=models.Q(("unseen_end", False), ("ended_at__isnull", False), _connector="OR"),
                name="outage_has_an_end_that_nobody_saw",
            ),
        ),
    ]
