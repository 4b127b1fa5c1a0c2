"""What several figures need of the same rows, asked once for all of them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Count, F, Max, Q, Subquery

from abuse.models import Ticket, Topic
from accounts.models import User
from journal.models import Entry
from legal.models import Version
from services.models import Service
from transparency.interruptions import YEAR, Median

CHECKED = ["legal.verified", "portal.checked", "accounts.export_tried"]
"""What the clock tries every day, by its line in the journal."""

SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


@dataclass(frozen=True)
class Moment:
    """The rows as they were at `at`. Twelve months back from there is "the last twelve months"."""

    at: dt.datetime

    @cached_property
    def checks(self) -> Mapping[str, Entry]:
        """The last line of each daily check, where there is one."""
        last = (
            Entry.objects.filter(verb__in=CHECKED, at__lte=self.at).order_by("verb", "-at").distinct("verb")
        )
        return {entry.verb: entry for entry in last}

    @cached_property
    def accounts(self) -> Mapping[str, Any]:
        """`total`, `current` (accepted what is in force, which asks since `asked`), `volunteers`, `protected`."""
        required = (
            Version.objects.effective(self.at).asking().order_by("-effective_at").values("effective_at")[:1]
        )
        protected = Authenticator.objects.filter(type__in=SECOND_FACTORS).values("user_id")
        return (
            User.objects.filter(is_active=True, joined_at__lte=self.at)
            .annotate(required=Subquery(required))
            .aggregate(
                total=Count("pk"),
                current=Count("pk", filter=Q(accepted_through__gte=F("required"))),
                asked=Max("required"),
                volunteers=Count("pk", filter=Q(is_staff=True)),
                protected=Count("pk", filter=Q(is_staff=True) & Q(pk__in=protected)),
            )
        )

    @cached_property
    def services(self) -> Mapping[str, Any]:
        """Those everybody sees: `total`, `documented` (they name their licence and their source code)."""
        named = ~Q(licence="") & ~Q(source_url="")
        return Service.objects.offered(self.at).aggregate(
            total=Count("pk"), documented=Count("pk", filter=named)
        )

    @cached_property
    def tickets(self) -> Mapping[str, Any]:
        """Of the last twelve months: `answered`, `median` (of the first answer), `waiting`; of authorities
        `asked` and `asked_waiting`.
        """
        answered = Q(first_answer_at__lte=self.at)
        closed = Q(closed_at__lte=self.at)
        by_authority = Q(topic=Topic.AUTHORITY)
        return Ticket.objects.filter(opened_at__gt=self.at - YEAR, opened_at__lte=self.at).aggregate(
            answered=Count("pk", filter=answered),
            median=Median(F("first_answer_at") - F("opened_at"), filter=answered),
            waiting=Count("pk", filter=~answered & ~closed),
            asked=Count("pk", filter=by_authority),
            asked_waiting=Count("pk", filter=by_authority & ~answered & ~closed),
        )
