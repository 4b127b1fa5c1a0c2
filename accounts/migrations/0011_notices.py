import datetime
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_last_seen"),
    ]

    operations = [
        migrations.CreateModel(
            name="Hold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("why", models.CharField(max_length=300, verbose_name="why")),
                ("began_at", models.DateTimeField(verbose_name="since")),
                ("until", models.DateTimeField(blank=True, null=True, verbose_name="until")),
                ("by_id", models.BigIntegerField(verbose_name="by account number")),
                ("released_at", models.DateTimeField(null=True, verbose_name="released")),
            ],
            options={
                "verbose_name": "hold",
                "verbose_name_plural": "holds",
                "ordering": ["-began_at", "-pk"],
                "default_permissions": ["add", "view", "change"],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("began_at", models.DateTimeField(verbose_name="since")),
                ("next_stage", models.SmallIntegerField(verbose_name="next")),
                ("next_at", models.DateTimeField(null=True, verbose_name="not before")),
                ("disables_at", models.DateTimeField(verbose_name="disabled not before")),
                ("erases_at", models.DateTimeField(verbose_name="erased not before")),
                (
                    "unreachable_since",
                    models.DateTimeField(null=True, verbose_name="no letter arrives since"),
                ),
                (
                    "let_go_on_at",
                    models.DateTimeField(
                        help_text="A volunteer looked into it, and letters that do not arrive no longer hold it up.",
                        null=True,
                        verbose_name="goes on without letters since",
                    ),
                ),
            ],
            options={
                "verbose_name": "notice",
                "verbose_name_plural": "notices",
                "ordering": ["began_at", "pk"],
                "default_permissions": ["view", "change"],
            },
        ),
        migrations.CreateModel(
            name="PurgeRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("began_at", models.DateTimeField(verbose_name="began")),
                ("looked_at", models.DateTimeField(verbose_name="last looked")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
                (
                    "brake",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("cap", "more accounts than usual would be disabled or erased"),
                            ("share", "an implausible share of all accounts looks unused"),
                            ("clock", "the clock jumped"),
                            ("halt", "a volunteer stopped it"),
                        ],
                        max_length=5,
                        verbose_name="stopped by",
                    ),
                ),
                ("wanted", models.JSONField(default=dict, verbose_name="due")),
                ("done", models.JSONField(default=dict, verbose_name="done")),
                ("allowed", models.JSONField(default=dict, verbose_name="allowed")),
                ("released_at", models.DateTimeField(null=True, verbose_name="released")),
                (
                    "released_by_id",
                    models.BigIntegerField(null=True, verbose_name="released by account number"),
                ),
                ("released_why", models.CharField(blank=True, max_length=300, verbose_name="why")),
            ],
            options={
                "verbose_name": "run",
                "verbose_name_plural": "runs",
                "ordering": ["-pk"],
                "default_permissions": ["view", "change"],
            },
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("stage", models.SmallIntegerField(verbose_name="days before disabling")),
                ("address", models.EmailField(blank=True, max_length=254, verbose_name="e-mail address")),
                ("letter_key", models.CharField(max_length=200, unique=True)),
                ("written_at", models.DateTimeField(verbose_name="written")),
                ("given_at", models.DateTimeField(null=True, verbose_name="accepted by the mail server")),
                ("failed_at", models.DateTimeField(null=True, verbose_name="failed")),
                (
                    "failure",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("refused", "the mail server refused it"),
                            ("bounced", "it came back"),
                            ("never_left", "it could not leave in time"),
                            ("no_address", "there is no confirmed address"),
                        ],
                        max_length=10,
                        verbose_name="why",
                    ),
                ),
            ],
            options={
                "verbose_name": "reminder",
                "verbose_name_plural": "reminders",
                "ordering": ["written_at", "pk"],
                "default_permissions": [],
            },
        ),
        migrations.AddField(
            model_name="erasure",
            name="notice",
            field=models.DurationField(null=True, verbose_name="notice due"),
        ),
        migrations.AddField(
            model_name="erasure",
            name="repeated",
            field=models.BooleanField(
                default=False, help_text="After a backup was restored.", verbose_name="carried out again"
            ),
        ),
        migrations.AddField(
            model_name="erasure",
            name="unreached",
            field=models.BooleanField(
                default=False,
                help_text="A volunteer looked into it and let it go on.",
                verbose_name="no letter arrived",
            ),
        ),
        migrations.AddField(
            model_name="erasure",
            name="warned_at",
            field=models.DateTimeField(
                help_text="When the mail server took the first letter that warned an unused account.",
                null=True,
                verbose_name="first warned",
            ),
        ),
        migrations.AddConstraint(
            model_name="erasure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason", "inactive"), _negated=True),
                    ("repeated", True),
                    models.Q(
                        (
                            "at__gte",
                            django.db.models.expressions.CombinedExpression(
                                models.F("warned_at"), "+", models.F("notice")
                            ),
                        ),
                        ("notice__gt", datetime.timedelta(0)),
                        ("notice__isnull", False),
                        ("warned_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="accounts_erasure_after_full_notice",
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="holds",
                to=settings.AUTH_USER_MODEL,
                verbose_name="account",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="person",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                to=settings.AUTH_USER_MODEL,
                verbose_name="account",
            ),
        ),
        migrations.AddConstraint(
            model_name="purgerun",
            constraint=models.UniqueConstraint(
                models.Value(1), condition=models.Q(("ended_at", None)), name="accounts_run_one_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="purgerun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("brake", ""),
                    models.Q(("brake__in", ["cap", "share", "clock", "halt"]), ("ended_at__isnull", False)),
                    _connector="OR",
                ),
                name="accounts_run_stopped_by_a_brake",
            ),
        ),
        migrations.AddConstraint(
            model_name="purgerun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("released_at", None),
                    models.Q(
                        models.Q(("brake", ""), _negated=True),
                        ("released_by_id__isnull", False),
                        models.Q(("released_why", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="accounts_run_released_by_somebody",
            ),
        ),
        migrations.AddField(
            model_name="reminder",
            name="notice",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="reminders", to="accounts.notice"
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(("why", ""), _negated=True), name="accounts_hold_for_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(("until", None), ("until__gt", models.F("began_at")), _connector="OR"),
                name="accounts_hold_for_a_while",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.UniqueConstraint(
                condition=models.Q(("released_at", None)),
                fields=("person",),
                name="accounts_hold_one_at_a_time",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                models.F("next_stage"),
                models.F("next_at"),
                condition=models.Q(("next_at__isnull", False)),
                name="accounts_notice_due",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                models.F("unreachable_since"),
                condition=models.Q(("unreachable_since__isnull", False)),
                name="accounts_notice_unreachable",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("disables_at__gt", models.F("began_at")), ("erases_at__gt", models.F("disables_at"))
                ),
                name="accounts_notice_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(("next_at", None), ("unreachable_since", None), _connector="OR"),
                name="accounts_notice_waits_for_volunteer",
            ),
        ),
        migrations.AddIndex(
            model_name="reminder",
            index=models.Index(
                models.F("id"),
                condition=models.Q(("failed_at", None), ("given_at", None)),
                name="accounts_reminder_under_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.UniqueConstraint(
                condition=models.Q(("failed_at", None)),
                fields=("notice", "stage"),
                name="accounts_reminder_once_a_stage",
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("failed_at", None), ("failure", "")),
                    models.Q(
                        ("failed_at__isnull", False),
                        models.Q(("failure", ""), _negated=True),
                        ("failure__in", ["refused", "bounced", "never_left", "no_address"]),
                    ),
                    _connector="OR",
                ),
                name="accounts_reminder_failed_for_a_reason",
            ),
        ),
    ]
