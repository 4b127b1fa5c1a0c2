"""The clock looks every day at the portal's own settings, as `manage.py check --deploy` does."""

from datetime import datetime, timedelta

from django.core.checks import WARNING, run_checks
from django.db import transaction

from journal.models import Entry, Role
from journal.verbs import record

PAUSE = timedelta(days=1)


@transaction.atomic
def check_daily(at: datetime) -> bool:
    """Run every system check, those for deployment too, once a day; True when it was done.

    How many have something to say is a line of the journal, the evidence beside clause C4. What they say is for the
    operator, not for everybody: `manage.py check --deploy` prints it.
    """
    if Entry.objects.of("portal.checked").filter(at__gt=at - PAUSE).exists():
        return False
    found = [
        message
        for message in run_checks(include_deployment_checks=True)
        if message.level >= WARNING and not message.is_silenced()
    ]
    record("portal.checked", role=Role.CLOCK, findings=len(found))
    return True
