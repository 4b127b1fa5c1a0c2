"""What somebody wrote can be forgotten (null), and changed in no other way."""

from django.conf import settings
from django.db import migrations, models

KEEP_OR_FORGET = """
CREATE OR REPLACE FUNCTION abuse_keep_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The columns named by the trigger may become null; every other one stays as it is.
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - TG_ARGV = to_jsonb(OLD) - TG_ARGV AND NOT EXISTS (
        SELECT FROM unnest(TG_ARGV) AS name
        WHERE to_jsonb(NEW)->>name IS NOT NULL AND to_jsonb(NEW)->>name IS DISTINCT FROM to_jsonb(OLD)->>name
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'What was written stays as it is: % of % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER abuse_report_kept ON abuse_report;
DROP TRIGGER abuse_message_kept ON abuse_message;
CREATE TRIGGER abuse_report_kept BEFORE UPDATE OR DELETE ON abuse_report
    FOR EACH ROW EXECUTE FUNCTION abuse_keep_words('what', 'where');
CREATE TRIGGER abuse_message_kept BEFORE UPDATE OR DELETE ON abuse_message
    FOR EACH ROW EXECUTE FUNCTION abuse_keep_words('body', 'by_id');
"""
KEEP = """
DROP TRIGGER abuse_report_kept ON abuse_report;
DROP TRIGGER abuse_message_kept ON abuse_message;
CREATE OR REPLACE FUNCTION abuse_keep_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'What was written stays as it is: % of % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER abuse_report_kept BEFORE UPDATE OR DELETE ON abuse_report
    FOR EACH ROW EXECUTE FUNCTION abuse_keep_words();
CREATE TRIGGER abuse_message_kept BEFORE UPDATE OF id, ticket_id, side, body, at, submission OR DELETE ON abuse_message
    FOR EACH ROW EXECUTE FUNCTION abuse_keep_words();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('abuse', '0002_words_are_not_rewritten'),
        ('legal', '0002_published_is_final'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='ticket',
            name='forgotten_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='words removed'),
        ),
        migrations.AlterField(
            model_name='message',
            name='body',
            field=models.TextField(null=True, verbose_name='message'),
        ),
        migrations.AlterField(
            model_name='report',
            name='what',
            field=models.TextField(null=True, verbose_name='what happened'),
        ),
        migrations.AlterField(
            model_name='report',
            name='where',
            field=models.TextField(null=True, verbose_name='where'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('what', ''), _negated=True), models.Q(('where', ''), _negated=True)), name='abuse_report_has_words'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(('forgotten_at', None), models.Q(('reporter_email', ''), ('reporter_name', ''), ('state', 'closed')), _connector='OR'), name='abuse_ticket_forgotten_is_nameless'),
        ),
        migrations.RunSQL(KEEP_OR_FORGET, KEEP),
    ]
