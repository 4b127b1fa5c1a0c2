from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("services", "0012_outages_whose_end_nobody_saw"),
    ]

    operations = [
        migrations.AddField(
            model_name="announcement",
            name="reworded_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="reworded"),
        ),
    ]
