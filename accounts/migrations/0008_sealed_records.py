import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_erasures_leave_a_mark")]

    operations = [
        migrations.CreateModel(
            name="SealedRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "category",
                    models.CharField(
                        choices=[("account", "information given when the account was opened")],
                        max_length=10,
                        verbose_name="category",
                    ),
                ),
                (
                    "finders",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), editable=False, size=None
                    ),
                ),
                ("content", models.BinaryField()),
                ("sealed_at", models.DateTimeField(verbose_name="sealed")),
                ("expires_at", models.DateTimeField(db_index=True, verbose_name="kept until")),
            ],
            options={
                "verbose_name": "sealed record",
                "verbose_name_plural": "sealed records",
                "default_permissions": ["view"],
                "ordering": ["-sealed_at", "-id"],
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["finders"], name="accounts_sealed_finders"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("sealed_at"))),
                        name="accounts_sealed_for_a_while",
                    )
                ],
            },
        ),
    ]
