"""A ticket a volunteer opens: what they found themselves, or what somebody said by telephone, by post, in person."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from abuse.models import REPORTED, Message, Refused, Report, Side, Source, Ticket, Topic
from abuse.verbs.acknowledging import acknowledge
from abuse.verbs.desk import take
from abuse.verbs.filing import Notice, Sender, file_ticket
from accounts.models import User
from journal.models import Role
from journal.verbs import record
from services.models import Service


@transaction.atomic
def open_ticket(
    notice: Notice,
    *,
    topic: Topic | str,
    source: Source | str,
    sender: Sender,
    subject: User | None = None,
    service: Service | None = None,
    submission: str,
    by: User,
    at: datetime,
) -> Ticket:
    """Open a ticket that is the volunteer's own from the start; whoever gave an address has a receipt.

    The same `submission` again gives the same ticket. Of our own watch nobody is the reporter. Raises Refused.
    """
    topic, source = Topic(topic), Source(source)
    if source == Source.OWN and (topic not in REPORTED or sender.name or sender.email):
        raise Refused(
            gettext("What we found ourselves is abuse or illegal content, and nobody else reported it.")
        )
    if subject is not None and subject.pk == by.pk:
        raise Refused(gettext("This is your own account: somebody else has to open the ticket."))
    ticket, filed = file_ticket(
        topic,
        sender,
        submission=submission,
        at=at,
        child_abuse=notice.is_child_abuse,
        subject=subject,
        service=service,
    )
    if not filed:
        return ticket
    words: Report | Message
    if topic in REPORTED:
        said = notice if topic == Topic.ILLEGAL else replace(notice, law="")
        words = said.as_report(source=source, at=at)
    else:
        words = Message(side=Side.REPORTER, body=notice.what, at=at)
    words.ticket = ticket
    words.save()
    record("abuse.opened", ticket, actor=by, role=Role.DESK, topic=topic, source=source)
    acknowledge(ticket)
    return take(ticket.pk, by=by, at=at)
