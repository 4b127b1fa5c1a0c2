"""What somebody wrote to the host stays as it was written, whoever asks.

A message may lose its volunteer (`by_id`), when that account is erased, and nothing else.
"""

from django.db import migrations

SQL = """
CREATE FUNCTION abuse_keep_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'What was written stays as it is: % of % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER abuse_report_kept BEFORE UPDATE OR DELETE ON abuse_report
    FOR EACH ROW EXECUTE FUNCTION abuse_keep_words();
CREATE TRIGGER abuse_message_kept BEFORE UPDATE OF id, ticket_id, side, body, at, submission OR DELETE ON abuse_message
    FOR EACH ROW EXECUTE FUNCTION abuse_keep_words();
"""
REVERSE = """
DROP TRIGGER abuse_report_kept ON abuse_report;
DROP TRIGGER abuse_message_kept ON abuse_message;
DROP FUNCTION abuse_keep_words();
"""


class Migration(migrations.Migration):
    dependencies = [("abuse", "0001_tickets")]

    operations = [migrations.RunSQL(SQL, REVERSE)]
