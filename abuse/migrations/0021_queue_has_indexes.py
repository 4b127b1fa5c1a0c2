"""The queue is read from indexes, whatever there is of closed tickets."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('abuse', '0020_decisions_are_not_rewritten'),
        ('services', '0007_services_are_watched_since'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='ticket',
            name='abuse_ticket_queue',
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('awaits_desk_since__isnull', False)), fields=['awaits_desk_since', 'id'], name='abuse_ticket_queue'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='abuse_ticket_due'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(fields=['-opened_at', '-id'], name='abuse_ticket_latest'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('closed_at__isnull', False)), fields=['-closed_at', '-id'], name='abuse_ticket_closed'),
        ),
    ]
