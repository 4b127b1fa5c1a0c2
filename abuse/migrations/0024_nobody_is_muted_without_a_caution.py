"""Nobody is muted without a caution of the same address, and a report found unfounded after it."""

from django.db import migrations

SQL = """
CREATE FUNCTION abuse_mute_after_caution() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.mark IS NULL THEN
        RETURN NEW;  -- it is over, and forgotten
    END IF;
    IF NOT EXISTS (
        SELECT FROM abuse_caution AS caution, abuse_decision AS decision
        WHERE caution.id = NEW.caution_id AND caution.mark = NEW.mark AND caution.withdrawn_at IS NULL
            AND decision.id = NEW.decision_id AND decision.ticket_id = NEW.ticket_id AND decision.unfounded
            AND caution.at < decision.at AND decision.at <= NEW.at
    ) THEN
        RAISE EXCEPTION 'Nobody is muted without a caution, and a report found unfounded after it'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER abuse_mute_after_caution BEFORE INSERT OR UPDATE OF ticket_id, caution_id, decision_id, mark, at
    ON abuse_mute FOR EACH ROW EXECUTE FUNCTION abuse_mute_after_caution();
"""
REVERSE = """
DROP TRIGGER abuse_mute_after_caution ON abuse_mute;
DROP FUNCTION abuse_mute_after_caution();
"""


class Migration(migrations.Migration):
    dependencies = [("abuse", "0023_reporters_are_cautioned_and_muted")]

    operations = [migrations.RunSQL(SQL, REVERSE)]
