"""A ticket a volunteer opens: what they found themselves, or what somebody said by telephone, by post, in person."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from abuse.models import REPORTED, Law, Message, Refused, Report, Side, Source, Ticket, Topic
from abuse.verbs.acknowledging import acknowledge
from abuse.verbs.desk import take
from abuse.verbs.filing import file_ticket
from accounts.models import User
from journal.models import Role
from journal.verbs import record
from legal.models import Clause
from services.models import Service


@transaction.atomic
def open_ticket(
    *,
    topic: Topic | str,
    source: Source | str,
    what: str,
    where: str = "",
    clause: Clause | None = None,
    law: Law | str = "",
    subject: User | None = None,
    service: Service | None = None,
    name: str = "",
    email: str = "",
    language: str,
    submission: str,
    by: User,
    at: datetime,
) -> Ticket:
    """Open a ticket that is the volunteer's own from the start; whoever gave an address has a receipt.

    The same `submission` again gives the same ticket. Of our own watch nobody is the reporter. Raises Refused.
    """
    topic, source = Topic(topic), Source(source)
    if source == Source.OWN and (topic not in REPORTED or name or email):
        raise Refused(
            gettext("What we found ourselves is abuse or illegal content, and nobody else reported it.")
        )
    if subject is not None and subject.pk == by.pk:
        raise Refused(gettext("This is your own account: somebody else has to open the ticket."))
    child_abuse = law == Law.CHILD
    ticket, filed = file_ticket(
        topic,
        reporter_name="" if child_abuse else name,
        reporter_email="" if child_abuse else email,
        language=language,
        submission=submission,
        at=at,
        child_abuse=child_abuse,
        subject=subject,
        service=service,
    )
    if not filed:
        return ticket
    if topic in REPORTED:
        Report.objects.create(
            ticket=ticket,
            what=what,
            where=where or None,
            terms=clause.text.version if clause else None,
            clause_ref=clause.ref if clause else "",
            law=law if topic == Topic.ILLEGAL else "",
            good_faith=False,
            source=source,
            received_at=at,
        )
    else:
        Message.objects.create(ticket=ticket, side=Side.REPORTER, body=what, at=at)
    record("abuse.opened", ticket, actor=by, role=Role.DESK, topic=topic, source=source)
    acknowledge(ticket)
    return take(ticket.pk, by=by, at=at)
