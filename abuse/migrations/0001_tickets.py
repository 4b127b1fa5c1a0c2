import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("legal", "0002_published_is_final"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Ticket",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "topic",
                    models.CharField(
                        choices=[("question", "question"), ("abuse", "abuse")],
                        max_length=10,
                        verbose_name="topic",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "new"),
                            ("open", "open"),
                            ("waiting", "waiting for an answer"),
                            ("closed", "closed"),
                        ],
                        default="new",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("answered", "answered"),
                            ("violation", "the Terms were broken"),
                            ("no_violation", "the Terms were not broken"),
                            ("referred", "passed on to those it concerns"),
                            ("duplicate", "already reported"),
                            ("spam", "unwanted message"),
                        ],
                        max_length=20,
                        verbose_name="outcome",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("fr", "French"), ("en", "English")], max_length=10, verbose_name="language"
                    ),
                ),
                ("reporter_name", models.CharField(blank=True, max_length=200, verbose_name="name")),
                (
                    "reporter_email",
                    models.EmailField(blank=True, max_length=254, verbose_name="e-mail address"),
                ),
                ("opened_at", models.DateTimeField(verbose_name="opened")),
                ("awaits_desk_since", models.DateTimeField(null=True, verbose_name="awaits the desk since")),
                ("first_answer_at", models.DateTimeField(null=True, verbose_name="first answered")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="closed")),
                (
                    "revision",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Grows with every change, so that nobody acts on what is no longer so.",
                    ),
                ),
                ("link_seed", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("token_hash", models.CharField(editable=False, max_length=64, unique=True)),
                (
                    "submission",
                    models.CharField(
                        editable=False,
                        help_text="Fingerprint of the form as it was sent: sent twice, it is the same ticket.",
                        max_length=64,
                        unique=True,
                    ),
                ),
                (
                    "handler",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="handled by",
                    ),
                ),
            ],
            options={
                "verbose_name": "ticket",
                "verbose_name_plural": "tickets",
                "ordering": ["opened_at", "pk"],
                "default_permissions": ["view", "change"],
            },
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("what", models.TextField(verbose_name="what happened")),
                ("where", models.TextField(verbose_name="where")),
                ("clause_ref", models.CharField(blank=True, max_length=60, verbose_name="clause")),
                ("good_faith", models.BooleanField(verbose_name="stated in good faith")),
                ("received_at", models.DateTimeField(verbose_name="received")),
                (
                    "terms",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="legal.version",
                        verbose_name="version of the Terms",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="abuse.ticket",
                        verbose_name="ticket",
                    ),
                ),
            ],
            options={
                "verbose_name": "report",
                "verbose_name_plural": "reports",
                "ordering": ["pk"],
                "default_permissions": ["view"],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "side",
                    models.CharField(
                        choices=[("reporter", "who wrote to us"), ("desk", "the desk")],
                        max_length=10,
                        verbose_name="side",
                    ),
                ),
                ("body", models.TextField(verbose_name="message")),
                ("at", models.DateTimeField(verbose_name="when")),
                ("submission", models.CharField(editable=False, max_length=64, null=True, unique=True)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="abuse.ticket",
                        verbose_name="ticket",
                    ),
                ),
            ],
            options={
                "verbose_name": "message",
                "verbose_name_plural": "messages",
                "ordering": ["at", "pk"],
                "default_permissions": ["view"],
            },
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["state", "opened_at"], name="abuse_ticket_queue"),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(("topic__in", ["question", "abuse"])), name="abuse_ticket_known_topic"
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["new", "open", "waiting", "closed"])),
                name="abuse_ticket_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("outcome", ""),
                    (
                        "outcome__in",
                        ["answered", "violation", "no_violation", "referred", "duplicate", "spam"],
                    ),
                    _connector="OR",
                ),
                name="abuse_ticket_known_outcome",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state", "closed"),
                        models.Q(("outcome", ""), _negated=True),
                        ("closed_at__isnull", False),
                    ),
                    models.Q(
                        models.Q(("state", "closed"), _negated=True),
                        ("outcome", ""),
                        ("closed_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="abuse_ticket_outcome_when_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "new"), _negated=True), ("handler__isnull", True), _connector="OR"
                ),
                name="abuse_ticket_new_is_nobodys",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "answered"), _negated=True),
                    ("first_answer_at__isnull", False),
                    _connector="OR",
                ),
                name="abuse_ticket_answered_has_answer",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("awaits_desk_since__isnull", False), ("state__in", ("new", "open"))),
                    models.Q(
                        models.Q(("state__in", ("new", "open")), _negated=True),
                        ("awaits_desk_since__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="abuse_ticket_turn_has_date",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed_at", None), ("closed_at__gte", models.F("opened_at")), _connector="OR"
                ),
                name="abuse_ticket_closed_after_opened",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(("good_faith", True)), name="abuse_report_in_good_faith"
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("clause_ref", ""), ("terms", None)),
                    models.Q(("terms__isnull", False), models.Q(("clause_ref", ""), _negated=True)),
                    _connector="OR",
                ),
                name="abuse_report_clause_of_a_version",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("side__in", ["reporter", "desk"])), name="abuse_message_known_side"
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("side", "desk"), ("by__isnull", True), _connector="OR"),
                name="abuse_message_reporter_is_unnamed",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("body", ""), _negated=True), name="abuse_message_has_words"
            ),
        ),
    ]
