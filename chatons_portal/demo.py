"""A believable host to look at: services, documents in several versions, people, tickets, interruptions.

All of it goes through the verbs, with dates in the past, in one transaction; no letter of it leaves.
"""

import datetime as dt
import re
from dataclasses import dataclass, field
from random import Random

from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from abuse.models import Ticket
from accounts.models import Source, User
from accounts.verbs import touch
from chatons_portal import demo_texts as texts
from chatons_portal.demo_past import NOT_WATCHED, look_back
from chatons_portal.demo_talks import decide_about, hold_conversations
from journal.models import Entry, Role
from journal.verbs import record
from legal.models import How, Text, Version
from legal.starters import KINDS, manuscripts
from legal.verbs import Manuscript, accept, ensure_document, publish
from outbox.models import Letter
from services.models import Announcement, Outage, Probe, Routine, Service
from services.verbs import (
    announce,
    begin_routine,
    close_outage,
    describe_service,
    open_outage,
    plan,
)

DOMAIN = "@example.org"
FILLED = "portal.demo_filled"
DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)


class RealHost(Exception):
    """There are accounts here that no demonstration made."""


@dataclass
class Made:
    """What there is now, and how to sign in to look at it."""

    counts: dict[str, int] = field(default_factory=dict)
    sign_ins: list[tuple[str, str, str]] = field(default_factory=list)
    private_links: list[str] = field(default_factory=list)
    second_factors: list[tuple[str, str, list[str]]] = field(default_factory=list)


@transaction.atomic
def fill(*, at: dt.datetime, force: bool = False) -> Made | None:
    """Fill the host as it could stand at `at`; None when that was done before.

    Raises RealHost on a database with accounts of other people, unless `force`.
    """
    if Entry.objects.of(FILLED).exists():
        return None
    if not force and User.objects.exclude(email__endswith=DOMAIN).exists():
        raise RealHost
    last_letter = Letter.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    chance = Random(2019)  # noqa: S311 (the same host each time)
    publish_documents(at)
    made = Made()
    volunteers = welcome_people(made, at, chance)
    by_name = offer_services(volunteers[0])
    interrupt_services(by_name, volunteers, at, chance)
    look_back(at, chance)
    plan_maintenance(by_name, volunteers, at)
    for days, words in texts.ANNOUNCEMENTS:
        announce(**words, at=at - days * DAY, by=volunteers[0])
    made.private_links = hold_conversations(volunteers, at)
    decide_about([_accused(name, at) for name in texts.ACCUSED], volunteers, at)
    _recall_letters(last_letter)
    made.counts = {
        "services": Service.objects.count(),
        "interruptions": Outage.objects.count(),
        "announcements": Announcement.objects.count(),
        "versions of documents": Version.objects.count(),
        "accounts": User.objects.count(),
        "tickets": Ticket.objects.count(),
    }
    record(FILLED, role=Role.OPERATOR, made=made.counts)
    return made


# ── Documents ─────────────────────────────────────────────────────────────────────────────────────


def publish_documents(at: dt.datetime) -> None:
    """Three versions of the Terms, the last one yet to come; where the starters are out already, only that one."""
    for position, kind in enumerate(KINDS):
        document = ensure_document(kind.slug, in_acceptance_set=kind.in_acceptance_set, position=position)
        starters, authoritative = manuscripts(kind.slug)
        new_here = not document.versions.exists()
        if new_here:
            first = _reworked(starters, without="appeals") if kind.slug == "terms" else starters
            publish(kind.slug, first, authoritative=authoritative, at=at - 700 * DAY, tell=False)
        if kind.slug == "terms":
            if new_here:
                second = _reworked(starters, changes=texts.APPEALS_ADDED)
                publish(
                    kind.slug,
                    second,
                    authoritative=authoritative,
                    at=at - 270 * DAY,
                    effective_at=at - 240 * DAY,
                    tell=False,
                )
            third = _reworked(starters, changes=texts.NEIGHBOUR_ADDED, added=texts.NEIGHBOUR)
            publish(
                kind.slug, third, authoritative=authoritative, at=at, effective_at=at + 30 * DAY, tell=False
            )
        elif kind.slug == "technical-report":
            second = _reworked(starters, changes=texts.DISKS_ADDED, added=texts.DISKS)
            publish(kind.slug, second, authoritative=authoritative, at=at, significant=False)


def _reworked(
    starters: dict[str, Manuscript],
    *,
    without: str = "",
    added: dict[str, str] | None = None,
    changes: dict[str, str] | None = None,
) -> dict[str, Manuscript]:
    section = re.compile(rf"^## [^\n]*\{{#{without}\}}\n.*?(?=^## |\Z)", re.M | re.S) if without else None
    return {
        language: Manuscript(
            title=starter.title,
            changes=changes[language] if changes else starter.changes,
            source=(section.sub("", starter.source) if section else starter.source)
            + (f"\n\n{added[language]}" if added else ""),
        )
        for language, starter in starters.items()
    }


# ── People ────────────────────────────────────────────────────────────────────────────────────────


def welcome_people(made: Made, at: dt.datetime, chance: Random) -> list[User]:
    """Two volunteers, two members with a password, a few dozen who only fill the lists. Returns the volunteers."""
    mona = _with_password(
        made, "mona", texts.VOLUNTEER, at - 690 * DAY, "fr", is_staff=True, is_superuser=True
    )
    malik = _joins("malik", at - 500 * DAY, "fr", is_staff=True, is_superuser=True)
    sami = _with_password(made, "sami", texts.MEMBER, at - 300 * DAY, "fr")
    for person in (mona, malik, sami):
        _accepts(person, max(person.joined_at, at - 200 * DAY), at)
    _with_password(made, "zoe", texts.STRANGER, at - 2 * DAY, "en")
    for name in texts.PEOPLE:
        person = _joins(name, at - chance.randint(1, 690) * DAY, chance.choice(["fr", "fr", "fr", "en"]))
        _accepts(person, person.joined_at, at)
        if chance.random() < 0.8:
            _accepts(person, person.joined_at + chance.randint(1, 400) * DAY, at)
    seen = Random(2020)  # noqa: S311 (the same host each time)
    for person in User.objects.filter(email__endswith=DOMAIN).order_by("pk"):
        # Some not for long, but to nobody is a letter due: the people are made up.
        touch(person, Source.PORTAL, max(person.joined_at, at - seen.randint(0, 290) * DAY))
    return [mona, malik]


def _joins(
    name: str, joined_at: dt.datetime, language: str, password: str | None = None, **rights: bool
) -> User:
    person = User.objects.create_user(
        f"{name}{DOMAIN}", password, joined_at=joined_at, language=language, **rights
    )
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def _accused(name: str, at: dt.datetime) -> User:
    """Somebody of whom others complained."""
    person = _joins(name, at - 240 * DAY, "fr")
    _accepts(person, person.joined_at, at)
    touch(person, Source.PORTAL, at - 20 * DAY)
    return person


def _with_password(
    made: Made, name: str, what_for: str, joined_at: dt.datetime, language: str, **rights: bool
) -> User:
    password = get_random_string(14)
    person = _joins(name, joined_at, language, password, **rights)
    made.sign_ins.append((person.email, password, what_for))
    if person.is_staff:
        key = generate_totp_secret()
        TOTP.activate(person, key)
        made.second_factors.append((person.email, key, RecoveryCodes.activate(person).get_unused_codes()))
    return person


def _accepts(person: User, when: dt.datetime, at: dt.datetime) -> None:
    """Accept what was in force on that day, or as soon as there was something; never twice the same."""
    first = Version.objects.effective(at).in_acceptance_set().earliest("effective_at").effective_at
    assert first  # a draft has no date, but what is in force has
    when = min(max(when, first), at)
    required = Version.objects.required_through(when)
    if person.accepted_through is None or (required and person.accepted_through < required):
        how = How.SIGN_UP if when == person.joined_at else How.INTERSTITIAL
        accept(person, Text.objects.to_accept(when, person.language), how=how, at=when, receipt=False)


# ── Services ──────────────────────────────────────────────────────────────────────────────────────


def offer_services(by: User) -> dict[str, Service]:
    """The catalogue. Where probes may look inside (`make demo`), the portal's own pages stand for the services."""
    by_name = {
        words["slug"]: describe_service(Service(position=position * 10, **words), by=by)
        for position, words in enumerate(texts.SERVICES, start=1)
    }
    if "*" in settings.PROBE_INSIDE:
        broken = texts.GOING_ON[0]
        for slug in by_name.keys() - {NOT_WATCHED}:
            page = "/not-there/" if slug == broken else "/health/"
            Probe.objects.create(service=by_name[slug], target=settings.SITE_URL + page)
    return by_name


def interrupt_services(
    by_name: dict[str, Service], volunteers: list[User], at: dt.datetime, chance: Random
) -> None:
    """A year of interruptions, told in time or late, and one that goes on."""
    for days, slug, minutes, told_after, summary in texts.INTERRUPTIONS:
        began = at - days * DAY + chance.randint(-300, 300) * MINUTE
        told, ended = began + told_after * MINUTE, began + minutes * MINUTE
        outage = open_outage(
            by_name[slug].pk, started_at=began, at=told, by=chance.choice(volunteers), tell=True, **summary
        )
        close_outage(outage.pk, ended_at=ended, at=max(ended, told) + MINUTE, by=chance.choice(volunteers))
    slug, minutes, told_after, summary = texts.GOING_ON
    began = at - minutes * MINUTE
    open_outage(
        by_name[slug].pk,
        started_at=began,
        at=began + told_after * MINUTE,
        by=volunteers[0],
        tell=True,
        **summary,
    )


def plan_maintenance(by_name: dict[str, Service], volunteers: list[User], at: dt.datetime) -> None:
    """One that comes in two nights, and a routine that hardly anybody notices."""
    night = timezone.localtime(at + 2 * DAY).replace(hour=22, minute=0, second=0, microsecond=0)
    files, *others = by_name.values()
    plan(
        services=[files],
        starts_at=night,
        ends_at=night + 120 * MINUTE,
        at=at - 3 * DAY,
        by=volunteers[0],
        **texts.PLANNED,
    )
    monday = timezone.localdate(at) - timezone.localdate(at).weekday() * DAY
    routine = Routine(first_day=monday, begins_at=dt.time(5), minutes=20, quiet=True, **texts.ROUTINE)
    begin_routine(routine, others[:3], at=at, by=volunteers[-1])


# ── Letters ───────────────────────────────────────────────────────────────────────────────────────


def _recall_letters(last_letter: int) -> None:
    """The people are made up; their letters must not reach a mail server. They were never committed."""
    Letter.objects.filter(pk__gt=last_letter, kind__startswith="abuse_", sent_at=None).delete()
