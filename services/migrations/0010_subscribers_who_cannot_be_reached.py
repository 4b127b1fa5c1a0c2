import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("services", "0009_nobody_looks_any_more")]

    operations = [
        migrations.AddField(
            "subscriber",
            "refused_letters",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                blank=True,
                default=list,
                help_text="Numbers of the letters that lately did not arrive: some of them end the subscription.",
                size=None,
                verbose_name="refused letters",
            ),
        ),
        migrations.AddField(
            "subscriber",
            "refused_at",
            models.DateTimeField(blank=True, null=True, verbose_name="last refused"),
        ),
        migrations.AddConstraint(
            "subscriber",
            models.CheckConstraint(
                condition=models.Q(refused_letters=[], refused_at=None)
                | (~models.Q(refused_letters=[]) & models.Q(refused_at__isnull=False)),
                name="subscriber_refusals_have_a_date",
            ),
        ),
    ]
