import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("services", "0005_probes_and_what_they_saw"),
    ]

    operations = [
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("corrected_at", models.DateTimeField(verbose_name="corrected")),
                ("why", models.CharField(max_length=300, verbose_name="why")),
                ("was_started_at", models.DateTimeField(verbose_name="began before")),
                ("was_ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended before")),
                (
                    "former_number",
                    models.BigIntegerField(
                        blank=True, null=True, unique=True, verbose_name="number of the interruption that was joined"
                    ),
                ),
            ],
            options={
                "verbose_name": "correction",
                "verbose_name_plural": "corrections",
                "ordering": ["corrected_at", "pk"],
            },
        ),
        migrations.AddField(
            model_name="outage",
            name="cause",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="consequences",
                to="services.outage",
                verbose_name="part of the interruption",
            ),
        ),
        migrations.AddField(
            model_name="outage",
            name="found_by",
            field=models.CharField(
                choices=[("probe", "a probe"), ("volunteer", "a volunteer")],
                db_default="volunteer",
                default="volunteer",
                max_length=9,
                verbose_name="found by",
            ),
        ),
        migrations.AddField(
            model_name="outage",
            name="reason",
            field=models.CharField(
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
                default="",
                max_length=11,
                verbose_name="reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="outage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cause", None), models.Q(("cause", models.F("pk")), _negated=True), _connector="OR"
                ),
                name="outage_is_not_its_own_cause",
            ),
        ),
        migrations.AddConstraint(
            model_name="outage",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), ("found_by", "probe"), _connector="OR"),
                name="outage_has_a_reason_only_from_a_probe",
            ),
        ),
        migrations.AddField(
            model_name="correction",
            name="outage",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corrections",
                to="services.outage",
                verbose_name="interruption",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(("why", ""), _negated=True), name="correction_says_why"
            ),
        ),
    ]
