"""Texts volunteers send often, in both languages."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("abuse", "0015_sweeps")]

    operations = [
        migrations.CreateModel(
            name='Preset',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='For the volunteers: what it is for.', max_length=80, unique=True, verbose_name='name')),
                ('topic', models.CharField(blank=True, choices=[('question', 'question'), ('bug', 'bug in a service'), ('abuse', 'abuse'), ('illegal', 'illegal content'), ('security', 'security vulnerability'), ('personal_data', 'personal data request'), ('authority', 'authority request'), ('other', 'other')], help_text='Offered for tickets of this topic only. Empty: for all.', max_length=20, verbose_name='topic')),
                ('text_fr', models.TextField(verbose_name='text in French')),
                ('text_en', models.TextField(verbose_name='text in English')),
            ],
            options={
                'verbose_name': 'preset',
                'verbose_name_plural': 'presets',
                'ordering': ['name'],
            },
        ),
        migrations.AddConstraint(
            model_name='preset',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('text_fr', ''), _negated=True), models.Q(('text_en', ''), _negated=True)), name='abuse_preset_in_both_languages'),
        ),
    ]
