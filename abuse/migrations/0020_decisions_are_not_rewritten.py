"""A decision stays as it was taken: it can be forgotten (null), and changed in no other way.

And it is whole when its transaction ends: a violation has a measure, or says that there is none.
"""

from django.db import migrations

SQL = """
CREATE TRIGGER abuse_decision_kept BEFORE UPDATE OR DELETE ON abuse_decision
    FOR EACH ROW EXECUTE FUNCTION abuse_keep_words('facts', 'explanation', 'subject_id', 'by_id');

CREATE FUNCTION abuse_decision_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    measures integer := (SELECT count(*) FROM abuse_sanction WHERE decision_id = NEW.id);
BEGIN
    IF (NEW.outcome = 'violation' AND NOT NEW.no_measure) <> (measures > 0) THEN
        RAISE EXCEPTION 'Decision % has % measures, which is not what it says', NEW.id, measures
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER abuse_decision_is_whole AFTER INSERT ON abuse_decision
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION abuse_decision_whole();
"""
REVERSE = """
DROP TRIGGER abuse_decision_is_whole ON abuse_decision;
DROP FUNCTION abuse_decision_whole();
DROP TRIGGER abuse_decision_kept ON abuse_decision;
"""


class Migration(migrations.Migration):
    dependencies = [("abuse", "0019_decisions_sanctions_appeals")]

    operations = [migrations.RunSQL(SQL, REVERSE)]
