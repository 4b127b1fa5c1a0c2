import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.db import migrations, models


# A probe without its watch would never be looked through; so whoever writes the one, writes the other.
FORWARD = """
CREATE FUNCTION services_probe_gets_its_watch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO services_watch (probe_id, judgement, outcome, reason, words)
    VALUES (NEW.id, 'up', NULL, '', '');
    RETURN NULL;
END $$;
CREATE TRIGGER services_probe_gets_its_watch AFTER INSERT ON services_probe
    FOR EACH ROW EXECUTE FUNCTION services_probe_gets_its_watch();

-- Every row of it changes every minute: room in the page, so that no index has to.
ALTER TABLE services_watch SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
"""
BACK = """
DROP TRIGGER services_probe_gets_its_watch ON services_probe;
DROP FUNCTION services_probe_gets_its_watch();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("services", "0004_catalogue_says_more"),
    ]

    operations = [
        migrations.CreateModel(
            name="Probe",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "protocol",
                    models.CharField(
                        choices=[
                            ("http", "a web page (HTTP)"),
                            ("tcp", "a port (TCP)"),
                            ("tls", "a certificate (TLS)"),
                            ("dns", "a name (DNS)"),
                            ("smtp", "a mail server (SMTP)"),
                            ("imap", "mailboxes (IMAP)"),
                        ],
                        default="http",
                        max_length=4,
                        verbose_name="what it looks at",
                    ),
                ),
                (
                    "target",
                    models.CharField(
                        help_text="A web page: https://cloud.example.org/login. A port, a certificate, mail: mail.example.org:25. A name: example.org.",
                        max_length=500,
                        verbose_name="address",
                    ),
                ),
                ("enabled", models.BooleanField(default=True, verbose_name="in use")),
                (
                    "interval_seconds",
                    models.PositiveIntegerField(
                        default=60,
                        validators=[
                            django.core.validators.MinValueValidator(10),
                            django.core.validators.MaxValueValidator(86400),
                        ],
                        verbose_name="every … seconds",
                    ),
                ),
                (
                    "timeout_seconds",
                    models.PositiveSmallIntegerField(
                        default=8,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(60),
                        ],
                        verbose_name="waits … seconds for the answer",
                    ),
                ),
                (
                    "expects_status",
                    models.CharField(
                        blank=True,
                        help_text="Of a web page: 200, or 200-299,401. Left empty: 200 to 299.",
                        max_length=60,
                        verbose_name="expected status",
                    ),
                ),
                (
                    "expects_text",
                    models.CharField(
                        blank=True,
                        help_text="What the answer contains: a word of the page, the beginning of a DNS record. Of a web page, the first 256 kB are read.",
                        max_length=200,
                        verbose_name="expected text",
                    ),
                ),
                (
                    "expects_json",
                    models.CharField(
                        blank=True,
                        help_text='A path and a value, for example: database.status == "ok", or: checks[0].passed == true.',
                        max_length=200,
                        verbose_name="expected JSON",
                    ),
                ),
                ("follows_redirects", models.BooleanField(default=True, verbose_name="follows redirects")),
                (
                    "http_version",
                    models.CharField(
                        blank=True,
                        choices=[("", "any"), ("1.1", "HTTP/1.1"), ("2", "HTTP/2")],
                        default="",
                        max_length=3,
                        verbose_name="version of HTTP",
                    ),
                ),
                (
                    "security",
                    models.CharField(
                        choices=[("starttls", "STARTTLS"), ("tls", "TLS from the first byte"), ("none", "none")],
                        default="starttls",
                        help_text="For mail servers and mailboxes.",
                        max_length=8,
                        verbose_name="encryption",
                    ),
                ),
                (
                    "record_type",
                    models.CharField(
                        choices=[
                            ("A", "A"),
                            ("AAAA", "Aaaa"),
                            ("CAA", "Caa"),
                            ("CNAME", "Cname"),
                            ("MX", "Mx"),
                            ("NS", "Ns"),
                            ("SOA", "Soa"),
                            ("SRV", "Srv"),
                            ("TXT", "Txt"),
                        ],
                        default="A",
                        help_text="For names.",
                        max_length=5,
                        verbose_name="type of record",
                    ),
                ),
                (
                    "resolver",
                    models.GenericIPAddressField(
                        blank=True,
                        help_text="For names: its IP address. Left empty, the one this machine uses.",
                        null=True,
                        verbose_name="name server to ask",
                    ),
                ),
                (
                    "warns_days",
                    models.PositiveSmallIntegerField(
                        default=14,
                        validators=[django.core.validators.MaxValueValidator(90)],
                        verbose_name="warns … days before the certificate expires",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="probes",
                        to="services.service",
                        verbose_name="service",
                    ),
                ),
            ],
            options={
                "verbose_name": "probe",
                "verbose_name_plural": "probes",
                "ordering": ["service__position", "service__name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Gap",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("started_at", models.DateTimeField(verbose_name="began")),
                ("ended_at", models.DateTimeField(verbose_name="ended")),
                (
                    "probe",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="gaps",
                        to="services.probe",
                        verbose_name="probe",
                    ),
                ),
            ],
            options={
                "verbose_name": "gap",
                "verbose_name_plural": "gaps",
                "ordering": ["-started_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Sample",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("taken_at", models.DateTimeField(verbose_name="taken")),
                (
                    "outcome",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "works"), (2, "does not work"), (3, "nobody can say")], verbose_name="outcome"
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("name", "its name does not resolve"),
                            ("refused", "the connection is refused"),
                            ("unreachable", "there is no way to its machine"),
                            ("timeout", "it does not answer in time"),
                            ("reset", "it breaks the connection off"),
                            ("expired", "its certificate has expired"),
                            ("certificate", "its certificate is not valid for it"),
                            ("tls", "no secure connection can be made"),
                            ("status", "it answers with an error"),
                            ("redirects", "it sends visitors in circles"),
                            ("content", "it does not answer what is expected"),
                            ("protocol", "its answer cannot be understood"),
                            ("inside", "its address is a private one, where the host may not look"),
                            ("offline", "the host itself has no connection"),
                            ("ours", "the look itself failed"),
                        ],
                        db_default="",
                        max_length=11,
                        verbose_name="reason",
                    ),
                ),
                ("latency_ms", models.PositiveIntegerField(null=True, verbose_name="answered in … ms")),
                (
                    "probe",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="samples",
                        to="services.probe",
                        verbose_name="probe",
                    ),
                ),
            ],
            options={
                "verbose_name": "sample",
                "verbose_name_plural": "samples",
                "ordering": ["-taken_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="DayFigure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="day")),
                ("up_seconds", models.PositiveIntegerField(default=0, verbose_name="seconds up")),
                ("down_seconds", models.PositiveIntegerField(default=0, verbose_name="seconds interrupted")),
                ("unknown_seconds", models.PositiveIntegerField(default=0, verbose_name="seconds unknown")),
                ("maintenance_seconds", models.PositiveIntegerField(default=0, verbose_name="seconds of maintenance")),
                ("looks", models.PositiveIntegerField(default=0, verbose_name="looks")),
                (
                    "latency_median_ms",
                    models.PositiveIntegerField(null=True, verbose_name="median time to answer, in ms"),
                ),
                (
                    "latency_max_ms",
                    models.PositiveIntegerField(null=True, verbose_name="longest time to answer, in ms"),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="day_figures",
                        to="services.service",
                        verbose_name="service",
                    ),
                ),
            ],
            options={
                "verbose_name": "figures of a day",
                "verbose_name_plural": "figures of days",
                "ordering": ["-day", "service"],
                "indexes": [models.Index(fields=["day"], name="day_figure_by_day")],
                "constraints": [
                    models.UniqueConstraint(fields=("service", "day"), name="one_figure_a_day_and_service"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "up_seconds__lte",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.Value(90000), "-", models.F("down_seconds")
                                        ),
                                        "-",
                                        models.F("unknown_seconds"),
                                    ),
                                    "-",
                                    models.F("maintenance_seconds"),
                                ),
                            )
                        ),
                        name="a_day_has_at_most_25_hours",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Watch",
            fields=[
                (
                    "probe",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="services.probe",
                        verbose_name="probe",
                    ),
                ),
                (
                    "judgement",
                    models.CharField(
                        choices=[("up", "up"), ("suspect", "suspect"), ("down", "down"), ("recovering", "recovering")],
                        default="up",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("judged_since", models.DateTimeField(null=True, verbose_name="since")),
                ("contrary", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("contrary_since", models.DateTimeField(null=True)),
                ("looked_at", models.DateTimeField(null=True, verbose_name="last known")),
                ("known_until", models.DateTimeField(null=True)),
                (
                    "outcome",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "works"), (2, "does not work"), (3, "nobody can say")],
                        null=True,
                        verbose_name="last look",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("name", "its name does not resolve"),
                            ("refused", "the connection is refused"),
                            ("unreachable", "there is no way to its machine"),
                            ("timeout", "it does not answer in time"),
                            ("reset", "it breaks the connection off"),
                            ("expired", "its certificate has expired"),
                            ("certificate", "its certificate is not valid for it"),
                            ("tls", "no secure connection can be made"),
                            ("status", "it answers with an error"),
                            ("redirects", "it sends visitors in circles"),
                            ("content", "it does not answer what is expected"),
                            ("protocol", "its answer cannot be understood"),
                            ("inside", "its address is a private one, where the host may not look"),
                            ("offline", "the host itself has no connection"),
                            ("ours", "the look itself failed"),
                        ],
                        default="",
                        max_length=11,
                        verbose_name="reason",
                    ),
                ),
                ("words", models.CharField(blank=True, default="", max_length=300, verbose_name="in its own words")),
                ("latency_ms", models.PositiveIntegerField(null=True, verbose_name="answers in … ms")),
                ("certificate_ends_at", models.DateTimeField(null=True, verbose_name="certificate valid until")),
                ("overruled_at", models.DateTimeField(null=True)),
                (
                    "due_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="next look"
                    ),
                ),
                ("claimed_until", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "watch",
                "verbose_name_plural": "watches",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("contrary", 0), ("contrary_since", None), ("judgement__in", ["up", "down"])),
                            models.Q(
                                ("contrary__gt", 0),
                                ("contrary_since__isnull", False),
                                ("judgement__in", ["suspect", "recovering"]),
                            ),
                            _connector="OR",
                        ),
                        name="watch_doubts_exactly_when_looks_contradict",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("known_until", None),
                            models.Q(("known_until__gte", models.F("looked_at")), ("looked_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="watch_knows_only_after_a_look",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="probe",
            constraint=models.CheckConstraint(
                condition=models.Q(("target", ""), _negated=True), name="probe_has_a_target"
            ),
        ),
        migrations.AddConstraint(
            model_name="probe",
            constraint=models.CheckConstraint(
                condition=models.Q(("interval_seconds__gte", 10), ("interval_seconds__lte", 86400)),
                name="probe_looks_between_ten_seconds_and_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="probe",
            constraint=models.CheckConstraint(
                condition=models.Q(("timeout_seconds__gte", 1), ("timeout_seconds__lt", models.F("interval_seconds"))),
                name="probe_waits_less_than_its_interval",
                violation_error_message="A probe waits for less time than passes between two looks.",
            ),
        ),
        migrations.AddIndex(
            model_name="gap",
            index=models.Index(fields=["ended_at"], name="gap_by_end"),
        ),
        migrations.AddConstraint(
            model_name="gap",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended_at__gt", models.F("started_at"))), name="gap_ends_after_it_began"
            ),
        ),
        migrations.AddIndex(
            model_name="sample",
            index=models.Index(fields=["probe", "taken_at"], name="sample_by_probe_and_time"),
        ),
        migrations.AddIndex(
            model_name="sample",
            index=models.Index(fields=["taken_at"], name="sample_by_time"),
        ),
        migrations.AddConstraint(
            model_name="sample",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", 1), ("reason", "")),
                    models.Q(("outcome__gt", 1), models.Q(("reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="sample_says_why_unless_it_was_up",
            ),
        ),
        migrations.RunSQL(FORWARD, BACK),
    ]
