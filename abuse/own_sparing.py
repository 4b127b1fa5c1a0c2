"""Whom this app spares from the inactivity purge: whoever has a matter open with the host."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from abuse.models import Appeal, Appellant, Ticket
from accounts.sparing import register


def with_an_open_ticket(at: datetime) -> Q:
    """They wrote it, from one of their confirmed addresses, or it is about them.

    From the tickets to the accounts: few are open, and addresses are found by their index, which has them as allauth
    writes them, in lower case.
    """
    tickets = Ticket.objects.filter(closed_at=None)
    writers = tickets.exclude(reporter_email="").values(lower=Lower("reporter_email"))
    addresses = EmailAddress.objects.filter(verified=True, email__in=writers)
    return Q(pk__in=addresses.values("user")) | Q(
        pk__in=tickets.filter(subject__isnull=False).values("subject")
    )


def with_an_appeal_pending(at: datetime) -> Q:
    return Q(
        Exists(Appeal.objects.pending().filter(side=Appellant.SUBJECT, decision__subject=OuterRef("pk")))
    )


def register_own() -> None:
    register("open_ticket", _("A ticket they wrote, or that is about them, is open."), with_an_open_ticket)
    register("appeal", _("They contest a decision, and wait for the answer."), with_an_appeal_pending)
