"""What this app holds of people: what they wrote to the host, known by the address they gave."""

from collections.abc import Collection

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from abuse.models import (
    Appeal,
    Appellant,
    Attachment,
    Caution,
    Decision,
    Glance,
    Hearing,
    Message,
    Mute,
    Note,
    Report,
    Sanction,
    Sweep,
    Ticket,
)
from abuse.verbs import forget_reporter
from accounts.holdings import Holding, Leavers, addresses_of, any_of, register
from accounts.models import User


def _tickets(person: User) -> QuerySet[Ticket]:
    return Ticket.objects.written_from(addresses_of(person)).order_by("pk")


def _who_wrote(leavers: Leavers) -> Collection[int]:
    found = Ticket.objects.filter(any_of(Lower("reporter_email"), leavers.addresses)).exclude(
        reporter_email=""
    )
    return leavers.whose(found.values_list(Lower("reporter_email"), flat=True))


WRITTEN = (
    Holding(
        name="abuse/tickets",
        title=_("What you wrote to us about"),
        model=Ticket,
        rows=_tickets,
        fields=(
            "id",
            "topic",
            "state",
            "outcome",
            "reporter_name",
            "reporter_email",
            "language",
            "particulars",
            "opened_at",
            "first_answer_at",
            "closed_at",
        ),
        erase=lambda person, at: forget_reporter(addresses_of(person), at=at),
        whom=_who_wrote,
        removed=_("Your name and address on what you wrote to us about."),
        kept=_("Of what you wrote to us: its topic, how it ended and when, for the figures we publish."),
    ),
    Holding(
        name="abuse/reports",
        title=_("Your reports of abuse"),
        model=Report,
        rows=lambda person: Report.objects.filter(ticket__in=_tickets(person).values("pk")),
        fields=("ticket", "what", "where", "terms", "clause_ref", "received_at"),
        kept=format_lazy(
            _(
                "The words of your reports of abuse, with nobody’s name, until {days} days after they were "
                "settled: decisions about others stand on them."
            ),
            days=settings.DESK_FORGETS_AFTER_DAYS,
        ),
    ),
    Holding(
        name="abuse/messages",
        title=_("What you wrote to us, and our answers"),
        model=Message,
        rows=lambda person: Message.objects.with_reporter().filter(ticket__in=_tickets(person).values("pk")),
        fields=("ticket", "side", "body", "at"),
        removed=_("The words of your questions to us that are settled."),
        kept=format_lazy(
            _(
                "The words of an exchange with us that is not over, with nobody’s name, until {days} days after "
                "its end: somebody may still have to act on them."
            ),
            days=settings.DESK_FORGETS_AFTER_DAYS,
        ),
    ),
    Holding(
        name="abuse/attachments",
        title=_("The files you sent us"),
        model=Attachment,
        rows=lambda person: (
            Attachment.objects.of_reporter().listed().filter(ticket__in=_tickets(person).values("pk"))
        ),
        fields=("ticket", "name", "kind", "size", "sha256", "received_at"),
        kept=_("The files you sent us: for as long as the words they came with."),
    ),
)
"""What they wrote to the host, known by their address."""

CONCERNED = (
    Holding(
        name="abuse/files-of-answers",
        title=_("The files you sent with an answer or an appeal"),
        model=Attachment,
        rows=lambda person: Attachment.objects.of_subject().listed().filter(ticket__hearing__person=person),
        fields=("ticket", "name", "kind", "size", "sha256", "received_at"),
        kept=_("The files you sent us: for as long as the words they came with."),
    ),
    Holding(
        name="abuse/decisions",
        title=_("What was decided about your account"),
        model=Decision,
        rows=lambda person: Decision.objects.about(person).order_by("pk"),
        fields=(
            "ticket",
            "outcome",
            "ground",
            "clause",
            "accepted_at",
            "legal_ground",
            "facts",
            "explanation",
            "source",
            "category",
            "at",
        ),
        kept=_(
            "What was decided about your account and why, without your name, for as long as the words of a report: "
            "whoever reported it may still contest it."
        ),
    ),
    Holding(
        name="abuse/sanctions",
        title=_("Measures against your account"),
        model=Sanction,
        rows=lambda person: Sanction.objects.of(person).order_by("pk"),
        fields=("decision", "kind", "services", "starts_at", "ends_at", "lifted_at", "executed_at"),
        kept=_("That there were measures, of which kind and when, without your name: figures count them."),
    ),
    Holding(
        name="abuse/appeals",
        title=_("Your appeals"),
        model=Appeal,
        rows=lambda person: Appeal.objects.filter(decision__subject=person, side=Appellant.SUBJECT).order_by(
            "pk"
        ),
        fields=("decision", "reasons", "filed_at", "outcome", "answer", "settled_at"),
        kept=_("Your appeals and our answers, without your name, for as long as what they contest."),
    ),
    Holding(
        name="abuse/hearings",
        title=_("Decisions about your account"),
        model=Hearing,
        rows=lambda person: Hearing.objects.filter(person=person).order_by("pk"),
        fields=("ticket", "opened_at"),
        kept=_("That there were measures, of which kind and when, without your name: figures count them."),
    ),
    Holding(
        name="abuse/heard",
        title=_("What we asked you about your account, and what you answered"),
        model=Message,
        rows=lambda person: (
            Message.objects.with_subject().filter(ticket__hearing__person=person).order_by("pk")
        ),
        fields=("ticket", "side", "body", "at"),
        kept=_(
            "What we asked you about your account and what you answered, without your name, as long as that."
        ),
    ),
    Holding(
        name="abuse/hearing-links",
        title=_("Tickets about your account on which you were heard"),
        model=Hearing,
        rows=lambda person: Hearing.objects.of(person).order_by("pk"),
        fields=("ticket", "opened_at"),
        removed=_("That a ticket about your account was opened to you: the link stays, and leads to nobody."),
    ),
)
"""What was asked, decided and contested about their account."""

MUTED = (
    Holding(
        name="abuse/cautions",
        title=_("Warnings about your reports"),
        model=Caution,
        rows=lambda person: Caution.objects.given_to(*addresses_of(person)).order_by("pk"),
        fields=("ticket", "at", "withdrawn_at"),
        kept=_(
            "That the owner of an address was warned about unfounded reports: a one-way mark, without the "
            "address, for a year."
        ),
    ),
    Holding(
        name="abuse/mutes",
        title=_("Times in which your reports were not examined"),
        model=Mute,
        rows=lambda person: Mute.objects.of(*addresses_of(person)).order_by("pk"),
        fields=("ticket", "at", "ends_at", "lifted_at"),
        kept=_(
            "That the reports of an address are not examined for a time: a one-way mark, without the "
            "address, until that time is over."
        ),
    ),
)
"""What followed from reports of theirs that were unfounded."""

VOLUNTEERED = (
    Holding(
        name="abuse/handled",
        title=_("What you looked after as a volunteer"),
        model=Ticket,
        rows=lambda person: Ticket.objects.handled_by(person).order_by("pk"),
        fields=("id", "topic", "state", "opened_at"),
        kept=_("If you were a volunteer: the answers you gave for the host, without your name."),
    ),
    Holding(
        name="abuse/glances",
        title=_("Which tickets you looked at last, as a volunteer"),
        model=Glance,
        rows=lambda person: Glance.objects.filter(by=person),
        fields=("ticket", "at"),
        removed=_("If you were a volunteer: which tickets you looked at last."),
        erase=lambda person, at: Glance.objects.filter(by=person).delete()[0],
        whom=lambda leavers: [person.pk for person in leavers.people if person.is_staff],
    ),
    Holding(
        name="abuse/sweeps",
        title=_("What you put aside together as a volunteer"),
        model=Sweep,
        rows=lambda person: Sweep.objects.filter(by=person),
        fields=("outcome", "at", "undone_at"),
        kept=_("If you were a volunteer: what you put aside, without your name, for 30 days."),
    ),
    Holding(
        name="abuse/notes",
        title=_("What you noted as a volunteer"),
        model=Note,
        rows=lambda person: Note.objects.filter(by=person),
        fields=("ticket", "body", "at"),
        kept=_("If you were a volunteer: your notes for the others, without your name."),
    ),
)
"""What they did at the desk."""


def register_own() -> None:
    register(*WRITTEN, *CONCERNED, *MUTED, *VOLUNTEERED)
