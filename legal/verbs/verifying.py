"""The clock looks every day whether everything that was published is still what it was."""

from datetime import datetime, timedelta

from django.core.mail import mail_admins
from django.db import transaction
from django.utils.translation import gettext as _

from journal.models import Entry, Role
from journal.verbs import record
from legal.verification import verify

PAUSE = timedelta(days=1)
NAMED = 20  # findings a letter lists; the command lists them all


@transaction.atomic
def verify_daily(at: datetime) -> bool:
    """Compute every hash anew, once a day; True when it was done.

    What was found is a line of the journal (the evidence beside clause I0) and, if it is anything, a letter to the
    operators. Nothing is repaired: only they can tell what happened.
    """
    if Entry.objects.of("legal.verified").filter(at__gt=at - PAUSE).exists():
        return False
    verified = verify()
    record("legal.verified", role=Role.CLOCK, texts=verified.texts, findings=len(verified.findings))
    if verified.findings:
        listed = "\n".join(str(finding) for finding in verified.findings[:NAMED])
        mail_admins(
            _("Published documents are no longer what was published"),
            _("Differences found: %(number)d. “manage.py legal_verify” lists them all; the first ones:")
            % {"number": len(verified.findings)}
            + f"\n\n{listed}",
        )
    return True
