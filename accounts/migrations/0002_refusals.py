from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_people")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="refused_through",
            field=models.DateTimeField(
                editable=False,
                help_text="The date of effect of what this person refused and has not accepted since.",
                null=True,
                verbose_name="refused through",
            ),
        ),
        migrations.AlterField(
            model_name="user",
            name="accepted_through",
            field=models.DateTimeField(
                editable=False,
                help_text="Everything that took or takes effect up to this date was accepted.",
                null=True,
                verbose_name="accepted through",
            ),
        ),
    ]
