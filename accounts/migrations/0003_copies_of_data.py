import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_refusals")]

    operations = [
        migrations.CreateModel(
            name="Export",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "key",
                    models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="key"),
                ),
                ("asked_at", models.DateTimeField(verbose_name="asked for")),
                ("claimed_until", models.DateTimeField(null=True)),
                ("parts_done", models.PositiveSmallIntegerField(default=0, verbose_name="parts done")),
                ("parts", models.PositiveSmallIntegerField(default=0, verbose_name="parts")),
                ("done_at", models.DateTimeField(null=True, verbose_name="ready")),
                ("size", models.PositiveIntegerField(null=True, verbose_name="size in bytes")),
                ("content", models.BinaryField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exports",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="account",
                    ),
                ),
            ],
            options={
                "verbose_name": "copy of one’s data",
                "verbose_name_plural": "copies of one’s data",
            },
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.UniqueConstraint(
                condition=models.Q(("done_at", None)),
                fields=("person",),
                name="accounts_export_one_under_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("content", None), ("done_at", None), ("size", None)),
                    models.Q(
                        ("content__isnull", False), ("done_at__isnull", False), ("size__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="accounts_export_there_when_done",
            ),
        ),
    ]
