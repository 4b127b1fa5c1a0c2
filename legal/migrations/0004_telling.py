import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("legal", "0003_drafts")]

    operations = [
        migrations.CreateModel(
            name="Telling",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "told_through_id",
                    models.BigIntegerField(default=0, verbose_name="told up to account"),
                ),
                ("letters", models.PositiveIntegerField(default=0, verbose_name="letters written")),
                ("done_at", models.DateTimeField(null=True, verbose_name="done")),
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="telling",
                        to="legal.version",
                        verbose_name="version",
                    ),
                ),
            ],
            options={"verbose_name": "telling", "verbose_name_plural": "tellings"},
        ),
    ]
