"""The person a ticket is about is spoken to: told, asked, heard."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from abuse.files import File
from abuse.models import Hearing, Message, Move, Party, Refused, Sanction, Side, State, Ticket
from abuse.verbs.filing import attach
from abuse.verbs.rhythm import keep, tell_desk, wrote
from accounts.models import Source, User
from accounts.verbs import touch
from journal.models import Role
from journal.verbs import record
from outbox.verbs import post


@transaction.atomic
def hear(ticket: Ticket, person: User, *, at: datetime) -> Hearing:
    """Give the person concerned a private link of their own. Raises Refused once somebody else has one."""
    hearing, _new = Hearing.objects.select_for_update().get_or_create(
        ticket=ticket, defaults={"person": person, "opened_at": at}
    )
    if hearing.person_id != person.pk:
        raise Refused(
            gettext(
                "In ticket %(number)s we already wrote to somebody else. Open another one about this account."
            )
            % {"number": ticket.number}
        )
    return hearing


def seen(ticket: Ticket, *, at: datetime) -> None:
    """Whoever writes to us is not gone: it counts as a sign of life of their account."""
    person_id = Hearing.objects.filter(ticket=ticket).values_list("person", flat=True).first()
    if person_id:
        touch(person_id, source=Source.CONTACT, at=at)


def write_subject(hearing: Hearing, kind: str, *, key: str, **context: Any) -> None:
    """A letter to the person concerned; none once their account is gone, which the private link outlives."""
    person = hearing.person
    if person is None:
        return
    context |= {
        "ticket": hearing.ticket,
        "link": settings.SITE_URL + hearing.private_path(),
        "person": person,
    }
    post(kind, to=person.email, key=key, language=person.language, context=context)


@transaction.atomic
def answer_as_subject(
    ticket_id: int, *, text: str, attachments: Sequence[File] = (), submission: str, at: datetime
) -> Ticket:
    """Add what the person concerned has to say, before a decision or after it. The same `submission` changes nothing.

    A decision already taken stays as it is: to have it looked at again is an appeal.
    """
    ticket = Ticket.objects.select_for_update().get(pk=ticket_id)
    if Message.objects.filter(submission=submission).exists():
        return ticket
    if ticket.forgotten_at:
        raise Refused(gettext("What was said here has been removed; nothing can be added any more."))
    message = Message.objects.create(
        ticket=ticket, side=Side.SUBJECT, party=Party.SUBJECT, body=text, at=at, submission=submission
    )
    attach(ticket, attachments, at=at, message=message)
    if ticket.state == State.WAITING:
        ticket.move(Move.ANSWER)
        ticket.awaits_desk_since, ticket.due_at = at, None
        keep(ticket, "state", "awaits_desk_since", "due_at")
    else:
        keep(ticket)
    record("abuse.subject_answered", ticket, role=Role.PERSON)
    seen(ticket, at=at)
    tell_desk("abuse_desk_subject_reply", ticket, key=f"abuse_desk_subject_reply:{message.pk}")
    return ticket


def volunteers() -> QuerySet[User]:
    """Who may decide about tickets."""
    return User.objects.who_may("abuse.change_ticket")


def tell_others(
    kind: str, *, key: str, besides: int | None, ticket: Ticket, page: Model | None = None, **context: Any
) -> None:
    """Write to the volunteers who may look a second time: all but the one who decided; alone, they are told too.

    The letter leads to the `page` on which they do so, else to the ticket.
    """
    others = volunteers().exclude(pk=besides or 0)
    row = page or ticket
    link = settings.SITE_URL + reverse(f"admin:abuse_{row._meta.model_name}_change", args=[row.pk])
    for volunteer in others if others.exists() else volunteers():
        post(
            kind,
            to=volunteer.email,
            key=f"{key}:{volunteer.pk}",
            language=volunteer.language,
            context={**context, "ticket": ticket, "link": link},
        )


def refuse_the_concerned(ticket: Ticket, subject_id: int | None, *, by: User) -> None:
    """Nobody judges what they reported, or what is said of them. Raises Refused."""
    if by.pk == subject_id or wrote(by, ticket):
        raise Refused(
            gettext("Ticket %(number)s concerns you yourself. Somebody else has to decide.")
            % {"number": ticket.number}
        )


def is_alone(by: User, at: datetime) -> bool:
    """Nobody else may decide, or whoever may is shut out of the desk at the time."""
    shut_out = Sanction.objects.shutting_out(at).exclude(person=None).values("person")
    return not volunteers().exclude(pk=by.pk).exclude(pk__in=shut_out).exists()
