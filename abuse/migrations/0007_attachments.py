"""Files come with what people write; they are kept as they came, or forgotten."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

KEEP = """
CREATE TRIGGER abuse_attachment_kept BEFORE UPDATE OR DELETE ON abuse_attachment
    FOR EACH ROW EXECUTE FUNCTION abuse_keep_words('name', 'sha256', 'content');
"""



class Migration(migrations.Migration):

    dependencies = [
        ('abuse', '0006_reports_come_by_mail_too'),
    ]

    operations = [
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=120, null=True, verbose_name='name')),
                ('kind', models.CharField(choices=[('image/jpeg', 'JPEG picture'), ('image/png', 'PNG picture'), ('image/webp', 'WebP picture'), ('application/pdf', 'PDF document'), ('text/plain', 'text'), ('message/rfc822', 'e-mail message'), ('application/octet-stream', 'mail as it arrived')], max_length=30, verbose_name='kind')),
                ('size', models.PositiveIntegerField(verbose_name='size in bytes')),
                ('sha256', models.CharField(max_length=64, null=True, verbose_name='fingerprint of what was sent')),
                ('content', models.BinaryField(null=True)),
                ('received_at', models.DateTimeField(verbose_name='received')),
            ],
            options={
                'verbose_name': 'attachment',
                'verbose_name_plural': 'attachments',
                'ordering': ['pk'],
                'default_permissions': ['view'],
            },
        ),
        migrations.AddField(
            model_name='attachment',
            name='message',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='abuse.message', verbose_name='message'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='ticket',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='abuse.ticket', verbose_name='ticket'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['image/jpeg', 'image/png', 'image/webp', 'application/pdf', 'text/plain', 'message/rfc822', 'application/octet-stream'])), name='abuse_attachment_known_kind'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('content', None), ('name', None), ('sha256', None)), models.Q(('content__isnull', False), ('name__isnull', False), ('sha256__isnull', False)), _connector='OR'), name='abuse_attachment_whole_or_forgotten'),
        ),
        migrations.RunSQL(KEEP, "DROP TRIGGER abuse_attachment_kept ON abuse_attachment"),
    ]
