import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("services", "0003_subscribers"),
    ]

    operations = [
        migrations.AddField(
            model_name="service",
            name="began_on",
            field=models.DateField(blank=True, null=True, verbose_name="offered since"),
        ),
        migrations.AddField(
            model_name="service",
            name="contact_url",
            field=models.URLField(
                blank=True,
                help_text="Left empty: the contact page of this portal.",
                verbose_name="where its people get help",
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="country_code",
            field=models.CharField(
                blank=True,
                max_length=2,
                validators=[
                    django.core.validators.RegexValidator("^[A-Z]{2}\\Z", "Two capital letters, for example FR.")
                ],
                verbose_name="country of the machine",
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="distribution",
            field=models.CharField(
                blank=True, help_text="For example: Debian 12.", max_length=80, verbose_name="system"
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="ended_on",
            field=models.DateField(blank=True, null=True, verbose_name="offered until"),
        ),
        migrations.AddField(
            model_name="service",
            name="guide_url",
            field=models.URLField(blank=True, verbose_name="guide for people"),
        ),
        migrations.AddField(
            model_name="service",
            name="install_type",
            field=models.CharField(
                blank=True,
                choices=[
                    ("distribution", "package of the distribution"),
                    ("provider", "package of its authors"),
                    ("package", "package of somebody else"),
                    ("tooling", "tool such as YunoHost"),
                    ("container", "container"),
                    ("archive", "archive of its authors"),
                    ("sources", "built from source"),
                    ("clonerepo", "clone of its repository"),
                ],
                max_length=12,
                verbose_name="installed as",
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="legal_url",
            field=models.URLField(
                blank=True, help_text="If it has other terms than the host’s.", verbose_name="terms of its own"
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="provider_name",
            field=models.CharField(blank=True, max_length=80, verbose_name="whose machine it is"),
        ),
        migrations.AddField(
            model_name="service",
            name="provider_type",
            field=models.CharField(
                blank=True,
                choices=[
                    ("home", "at home"),
                    ("hostedbay", "our own machine in a data centre"),
                    ("hostedserver", "a machine rented in a data centre"),
                    ("outsourced", "a virtual machine rented from somebody"),
                ],
                max_length=12,
                verbose_name="where it stands",
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="registration",
            field=models.CharField(
                blank=True,
                choices=[
                    ("none", "without an account"),
                    ("free", "by opening an account oneself"),
                    ("member", "by becoming a member"),
                    ("client", "by paying"),
                ],
                max_length=6,
                verbose_name="how one comes in",
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="server_type",
            field=models.CharField(
                blank=True,
                choices=[
                    ("nano", "a single-board computer"),
                    ("physical", "a physical server"),
                    ("virtual", "a virtual machine"),
                    ("shared", "shared hosting"),
                    ("cloud", "several machines (cloud)"),
                ],
                max_length=8,
                verbose_name="machine",
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="software_url",
            field=models.URLField(blank=True, verbose_name="site of the software"),
        ),
        migrations.AddField(
            model_name="service",
            name="takes_new_people",
            field=models.BooleanField(default=True, verbose_name="takes new people"),
        ),
        migrations.AddField(
            model_name="service",
            name="technical_guide_url",
            field=models.URLField(blank=True, verbose_name="technical guide"),
        ),
        migrations.AddField(
            model_name="service",
            name="version",
            field=models.CharField(blank=True, max_length=40, verbose_name="version"),
        ),
        migrations.CreateModel(
            name="Dependency",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "needs",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="dependants",
                        to="services.service",
                        verbose_name="needs",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="dependencies",
                        to="services.service",
                        verbose_name="service",
                    ),
                ),
            ],
            options={
                "verbose_name": "dependency",
                "verbose_name_plural": "dependencies",
            },
        ),
        migrations.AddField(
            model_name="service",
            name="needs",
            field=models.ManyToManyField(
                related_name="needed_by",
                through="services.Dependency",
                through_fields=("service", "needs"),
                to="services.service",
                verbose_name="needs",
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("began_on", None), ("ended_on", None), ("ended_on__gte", models.F("began_on")), _connector="OR"
                ),
                name="service_ends_after_it_began",
                violation_error_message="A service ends after it began.",
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("provider_type", "hostedserver"), ("server_type", "nano"), _negated=True),
                    models.Q(("provider_type", "outsourced"), ("server_type__in", ["nano", "physical"]), _negated=True),
                ),
                name="service_stands_on_a_machine_that_can_be_there",
                violation_error_message="Such a machine does not stand there: choose another pair.",
            ),
        ),
        migrations.AddConstraint(
            model_name="dependency",
            constraint=models.UniqueConstraint(fields=("service", "needs"), name="one_dependency_a_pair"),
        ),
        migrations.AddConstraint(
            model_name="dependency",
            constraint=models.CheckConstraint(
                condition=models.Q(("service", models.F("needs")), _negated=True),
                name="no_service_needs_itself",
                violation_error_message="A service does not need itself.",
            ),
        ),
    ]
