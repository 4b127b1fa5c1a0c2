"""A duplicate names the ticket that goes on."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("abuse", "0011_waiting_has_an_end")]

    operations = [
        migrations.AddField(
            model_name='ticket',
            name='duplicate_of',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='duplicates', to='abuse.ticket', verbose_name='repeats'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(('duplicate_of', None), models.Q(('outcome', 'duplicate'), models.Q(('duplicate_of', models.F('pk')), _negated=True)), _connector='OR'), name='abuse_ticket_repeats_another'),
        ),
    ]
