"""A report says which law is meant, how it came, and what a mail was understood to say."""

from django.db import migrations, models

TRIGGER = """
DROP TRIGGER abuse_report_kept ON abuse_report;
CREATE TRIGGER abuse_report_kept BEFORE UPDATE OR DELETE ON abuse_report
    FOR EACH ROW EXECUTE FUNCTION abuse_keep_words({});
"""
KEEP = TRIGGER.format("'what', 'where', 'understood'")
KEEP_LESS = TRIGGER.format("'what', 'where'")



class Migration(migrations.Migration):

    dependencies = [
        ('abuse', '0005_tickets_know_more'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='report',
            name='abuse_report_in_good_faith',
        ),
        migrations.AddField(
            model_name='report',
            name='law',
            field=models.CharField(blank=True, choices=[('hate', 'hatred or discrimination'), ('threat', 'threats, harassment, incitement to violence'), ('terror', 'terrorism'), ('child', 'sexual abuse of children'), ('intimate', 'intimate pictures published without consent'), ('privacy', 'somebody’s private life or personal data'), ('fraud', 'fraud, phishing, identity theft'), ('malware', 'malicious software'), ('copyright', 'copyright or trademark'), ('goods', 'sale of forbidden goods'), ('else', 'something else')], max_length=10, verbose_name='law'),
        ),
        migrations.AddField(
            model_name='report',
            name='source',
            field=models.CharField(choices=[('form', 'contact page'), ('mail', 'mail')], default='form', max_length=10, verbose_name='came by'),
        ),
        migrations.AddField(
            model_name='report',
            name='understood',
            field=models.JSONField(blank=True, null=True, verbose_name='what a mail was understood to say'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(('source__in', ['form', 'mail'])), name='abuse_report_known_source'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(('law', ''), ('law__in', ['hate', 'threat', 'terror', 'child', 'intimate', 'privacy', 'fraud', 'malware', 'copyright', 'goods', 'else']), _connector='OR'), name='abuse_report_known_law'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(('good_faith', True), ('source', 'mail'), _connector='OR'), name='abuse_report_in_good_faith'),
        ),
        migrations.RunSQL(KEEP, KEEP_LESS),
    ]
