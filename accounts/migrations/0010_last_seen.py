import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_user_names"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="disabled_at",
            field=models.DateTimeField(
                editable=False,
                help_text="When it was disabled because nobody used it. Being seen undoes it.",
                null=True,
                verbose_name="disabled",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="last_seen_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now, editable=False, verbose_name="last seen"
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="last_seen_through",
            field=models.CharField(
                default="sign_up", editable=False, max_length=40, verbose_name="last seen through"
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="noticed_at",
            field=models.DateTimeField(
                editable=False,
                help_text="When the letters began that come before an unused account is deleted.",
                null=True,
                verbose_name="under notice since",
            ),
        ),
        # So far nothing else was known of anybody.
        migrations.RunSQL(
            "UPDATE accounts_user SET last_seen_at = greatest(joined_at, last_login), "
            "last_seen_through = CASE WHEN last_login IS NULL THEN 'sign_up' ELSE 'sign_in' END",
            migrations.RunSQL.noop,
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                models.F("last_seen_at"),
                models.F("id"),
                condition=models.Q(
                    ("closes_at", None), ("is_active", True), ("is_staff", False), ("noticed_at", None)
                ),
                name="accounts_user_unused",
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("noticed_at", None), ("noticed_at__gt", models.F("last_seen_at")), _connector="OR"
                ),
                name="accounts_user_noticed_while_unseen",
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("disabled_at", None),
                    models.Q(("disabled_at__gt", models.F("noticed_at")), ("noticed_at__isnull", False)),
                    _connector="OR",
                ),
                name="accounts_user_disabled_after_notice",
            ),
        ),
    ]
