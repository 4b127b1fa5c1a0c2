from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_erasures")]

    operations = [
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "session_key",
                    models.CharField(
                        max_length=40, primary_key=True, serialize=False, verbose_name="session key"
                    ),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="ends")),
                ("person_id", models.BigIntegerField(null=True, verbose_name="account number")),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "abstract": False,
                "indexes": [
                    models.Index(
                        models.F("person_id"),
                        condition=models.Q(("person_id__isnull", False)),
                        name="accounts_session_person",
                    )
                ],
            },
        ),
        # Django's own sessions name nobody; whoever is signed in when this runs signs in once more.
        migrations.RunSQL("DROP TABLE IF EXISTS django_session", migrations.RunSQL.noop),
    ]
