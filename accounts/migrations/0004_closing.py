from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_copies_of_data")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="closes_at",
            field=models.DateTimeField(
                editable=False,
                help_text="When the account is erased, because its owner asked for it.",
                null=True,
                verbose_name="to be closed",
            ),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                models.F("closes_at"),
                condition=models.Q(("closes_at__isnull", False)),
                name="accounts_user_closing",
            ),
        ),
    ]
