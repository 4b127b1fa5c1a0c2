"""A proof of work serves once."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('abuse', '0007_attachments'),
    ]

    operations = [
        migrations.CreateModel(
            name='SpentProof',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fingerprint', models.CharField(max_length=64, unique=True)),
                ('submission', models.CharField(max_length=64)),
                ('expires_at', models.DateTimeField(db_index=True)),
            ],
            options={
                'default_permissions': (),
            },
        ),
    ]
