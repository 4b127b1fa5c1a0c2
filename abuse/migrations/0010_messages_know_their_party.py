"""The desk has an exchange with whoever wrote, and may have another with whom it is about."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("abuse", "0009_a_mail_is_taken_in_once")]

    operations = [
        migrations.RemoveConstraint(
            model_name='message',
            name='abuse_message_known_side',
        ),
        migrations.AddField(
            model_name='message',
            name='party',
            field=models.CharField(choices=[('reporter', 'who wrote to us'), ('subject', 'whom it is about')], default='reporter', max_length=10, verbose_name='with whom'),
        ),
        migrations.AlterField(
            model_name='message',
            name='side',
            field=models.CharField(choices=[('reporter', 'who wrote to us'), ('subject', 'whom it is about'), ('desk', 'the desk')], max_length=10, verbose_name='side'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('side__in', ['reporter', 'subject', 'desk'])), name='abuse_message_known_side'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('party__in', ['reporter', 'subject']), models.Q(('side', 'desk'), ('side', models.F('party')), _connector='OR')), name='abuse_message_side_is_party'),
        ),
    ]
