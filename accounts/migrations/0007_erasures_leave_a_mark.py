from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_sessions_know_their_person")]

    operations = [
        migrations.AddField(
            model_name="erasure",
            name="mark",
            field=models.CharField(blank=True, default="", editable=False, max_length=64),
            preserve_default=False,
        ),
    ]
