"""A mail is taken in once, also when it joined another ticket."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('abuse', '0008_spent_proofs'),
    ]

    operations = [
        migrations.AddField(
            model_name='report',
            name='submission',
            field=models.CharField(editable=False, max_length=64, null=True, unique=True),
        ),
    ]
