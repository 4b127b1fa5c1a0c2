"""Whom this app spares from the inactivity purge: whoever has a matter open with the host."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from abuse.models import Appeal, Appellant, Ticket
from accounts.sparing import register


def with_an_open_ticket(at: datetime) -> Q:
    """They wrote it, from one of their confirmed addresses, or it is about them.

    In capitals, because that is how the table of addresses has its index.
    """
    tickets = Ticket.objects.filter(closed_at=None)
    writers = tickets.exclude(reporter_email="").values(upper=Upper("reporter_email"))
    addresses = EmailAddress.objects.filter(verified=True).annotate(upper=Upper("email"))
    return Q(pk__in=addresses.filter(upper__in=writers).values("user")) | Q(
        pk__in=tickets.filter(subject__isnull=False).values("subject")
    )


def with_an_appeal_pending(at: datetime) -> Q:
    pending = Appeal.objects.pending().filter(side=Appellant.SUBJECT, decision__subject__isnull=False)
    return Q(pk__in=pending.values("decision__subject"))


def register_own() -> None:
    register("open_ticket", _("A ticket they wrote, or that is about them, is open."), with_an_open_ticket)
    register("appeal", _("They contest a decision, and wait for the answer."), with_an_appeal_pending)
