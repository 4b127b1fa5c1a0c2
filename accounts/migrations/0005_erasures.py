from django.db import migrations, models

from journal.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_closing")]

    operations = [
        migrations.CreateModel(
            name="Erasure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(db_index=True, verbose_name="when")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("closed", "closed by its owner"),
                            ("inactive", "unused for too long"),
                            ("sanction", "the Terms were broken"),
                        ],
                        max_length=10,
                        verbose_name="reason",
                    ),
                ),
                ("clause", models.CharField(blank=True, max_length=60, verbose_name="clause")),
                ("rows", models.JSONField(verbose_name="rows erased, by kind")),
            ],
            options={
                "verbose_name": "erasure",
                "verbose_name_plural": "erasures",
                "ordering": ["-at", "-id"],
                "default_permissions": ["view"],
            },
        ),
        migrations.AddConstraint(
            model_name="erasure",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__in", ["closed", "inactive", "sanction"])),
                name="accounts_erasure_known_reason",
            ),
        ),
        append_only("accounts_erasure"),
    ]
