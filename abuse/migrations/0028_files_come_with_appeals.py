"""Files come with appeals too, on either side."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('abuse', '0027_words_are_searched'),
    ]

    operations = [
        migrations.AddField(
            model_name='attachment',
            name='appeal',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='abuse.appeal', verbose_name='appeal'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.CheckConstraint(condition=models.Q(('message', None), ('appeal', None), _connector='OR'), name='abuse_attachment_came_with_one_thing'),
        ),
    ]
