"""A sum done by a browser says that no program wrote, not who did: only a letter that was read confirms an address."""

from django.db import migrations, models
from django.db.models import F

# Nobody is warned or muted for what somebody else sent under their address.
SQL = """
CREATE FUNCTION abuse_sender_confirmed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM abuse_ticket AS ticket, abuse_decision AS decision
        WHERE ticket.id = NEW.ticket_id AND ticket.confirmed_at <= NEW.at
            AND decision.id = NEW.decision_id AND decision.ticket_id = NEW.ticket_id AND decision.unfounded
    ) THEN
        RAISE EXCEPTION 'Nobody is warned or muted for a report that nobody confirmed by a letter'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER abuse_caution_sender_confirmed BEFORE INSERT OR UPDATE OF ticket_id, decision_id, at
    ON abuse_caution FOR EACH ROW EXECUTE FUNCTION abuse_sender_confirmed();
CREATE TRIGGER abuse_mute_sender_confirmed BEFORE INSERT OR UPDATE OF ticket_id, decision_id, at
    ON abuse_mute FOR EACH ROW EXECUTE FUNCTION abuse_sender_confirmed();
"""
REVERSE = """
DROP TRIGGER abuse_mute_sender_confirmed ON abuse_mute;
DROP TRIGGER abuse_caution_sender_confirmed ON abuse_caution;
DROP FUNCTION abuse_sender_confirmed();
"""


def tell_apart(apps, schema_editor):
    """What was confirmed the moment it was sent, was so by a proof of work."""
    tickets = apps.get_model("abuse", "Ticket").objects.filter(confirmed_at=F("opened_at"))
    tickets.update(with_proof=True, confirmed_at=None)


def confirm_again(apps, schema_editor):
    tickets = apps.get_model("abuse", "Ticket").objects.filter(with_proof=True, confirmed_at=None)
    tickets.exclude(reporter_email="").update(confirmed_at=F("opened_at"))


class Migration(migrations.Migration):
    dependencies = [("abuse", "0030_appeals_come_until_the_end_of_their_last_day")]

    operations = [
        migrations.AlterField(
            model_name="ticket",
            name="confirmed_at",
            field=models.DateTimeField(
                editable=False,
                help_text="Whoever reads its mail said, by a letter of ours, that they wrote this.",
                null=True,
                verbose_name="address confirmed",
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="with_proof",
            field=models.BooleanField(
                db_default=False,
                default=False,
                editable=False,
                help_text="A proof of work came along: letters go to the address before anybody confirmed it.",
            ),
        ),
        migrations.RunPython(tell_apart, confirm_again),
        migrations.RunSQL(SQL, REVERSE),
    ]
