"""Who has a ticket before their eyes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("abuse", "0016_presets"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name='Glance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
            ],
            options={
                'default_permissions': [],
            },
        ),
        migrations.AddField(
            model_name='glance',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='glance',
            name='ticket',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='glances', to='abuse.ticket'),
        ),
        migrations.AddConstraint(
            model_name='glance',
            constraint=models.UniqueConstraint(fields=('ticket', 'by'), name='abuse_glance_once_each'),
        ),
    ]
