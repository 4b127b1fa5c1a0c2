"""A hold keeps words from being forgotten, for a reason and until a date."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("abuse", "0017_glances")]

    operations = [
        migrations.AddField(
            model_name='ticket',
            name='held_because',
            field=models.CharField(blank=True, max_length=300, verbose_name='reason of the hold'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='held_until',
            field=models.DateTimeField(null=True, verbose_name='held until'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('held_because', ''), ('held_until', None)), models.Q(('held_until__isnull', False), models.Q(('held_because', ''), _negated=True)), _connector='OR'), name='abuse_ticket_hold_has_reason'),
        ),
    ]
