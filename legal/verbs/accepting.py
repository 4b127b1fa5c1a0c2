"""People decide on what is in force, or on what will be."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import Max

from journal.verbs import record
from legal.models import Acceptance, AcceptsDocuments, Decision, How, Text, Version, pseudonym, same_set
from outbox.verbs import can_be_written_to, post

LOCK = 7_201_947  # any number, as long as nothing else in this database takes it
MOMENT = timedelta(microseconds=1)  # the finest difference the database keeps


class DocumentsChanged(Exception):
    """What the person was shown is no longer what has to be accepted."""


@transaction.atomic
def accept(
    person: AcceptsDocuments,
    texts: Iterable[Text],
    *,
    how: How,
    at: datetime,
    through: datetime | None = None,
    receipt: bool = True,
) -> list[Acceptance]:
    """Write down that `person` accepted exactly `texts`, and send a receipt. Raises DocumentsChanged.

    The texts must be the whole set in force at `through` (by default `at`; later to accept ahead); their
    language is the reader's business. What was decided so already is decided: no second row, no second letter.
    Without `receipt`, the caller has it sent once the person's address is known to be theirs: `send_receipts`.
    """
    rows = _decide(person, list(texts), Decision.ACCEPTED, how=how, at=at, through=through or at)
    if receipt:
        _send_receipt(person, rows)
    return rows


@transaction.atomic
def refuse(
    person: AcceptsDocuments,
    texts: Iterable[Text],
    *,
    how: How,
    at: datetime,
    through: datetime | None = None,
) -> list[Acceptance]:
    """Write down that `person` refused `texts`, less what they accepted before, which stays accepted.

    Like `accept` in everything else.
    """
    rows = _decide(person, list(texts), Decision.REFUSED, how=how, at=at, through=through or at)
    _send_receipt(person, rows)
    return rows


@transaction.atomic
def send_receipts(person: AcceptsDocuments, *, since: datetime) -> None:
    """The receipts of what `person` decided since then; those that were sent are not sent again."""
    acts: dict[datetime, list[Acceptance]] = {}
    decided = Acceptance.objects.filter(person_id=person.pk, at__gte=since)
    for row in decided.select_related("text__version__document").order_by("at", "pk"):
        acts.setdefault(row.at, []).append(row)
    for rows in acts.values():
        _send_receipt(person, rows)


def _decide(
    person: Any,
    texts: list[Text],
    decision: Decision,
    *,
    how: How,
    at: datetime,
    through: datetime,
) -> list[Acceptance]:
    hold_documents_still(shared=True)
    if not same_set(texts, Text.objects.to_accept(through, settings.LANGUAGE_CODE)):
        raise DocumentsChanged
    if not texts:
        return []
    get_user_model()._default_manager.select_for_update().get(pk=person.pk)  # one decision at a time
    before = latest_decisions(person)
    last_word = {pk: row.decision for pk, row in before.items()}
    if decision == Decision.REFUSED:
        texts = [text for text in texts if last_word.get(text.version_id) != Decision.ACCEPTED]
    if all(last_word.get(text.version_id) == decision for text in texts):
        return [before[text.version_id] for text in texts]
    rows = Acceptance.objects.bulk_create(
        Acceptance(
            person=person,
            person_hash=pseudonym(person),
            text=text,
            sha256=text.sha256,
            decision=decision,
            how=how,
            at=at,
        )
        for text in texts
    )
    _keep_standing(person, decision, through)
    record(f"legal.{decision}", person, actor=person, how=how, texts=[text.pk for text in texts])
    return rows


def _keep_standing(person: AcceptsDocuments, decision: Decision, through: datetime) -> None:
    person.accepted_through = accepted_through(person)
    person.refused_through = None
    if decision == Decision.REFUSED:
        asking = Version.objects.asking().filter(effective_at__lte=through)
        person.refused_through = asking.aggregate(latest=Max("effective_at"))["latest"]
    person.save(update_fields=["accepted_through", "refused_through"])


def accepted_through(person: AcceptsDocuments) -> datetime | None:
    """What the column of that name must say by the evidence: nothing unaccepted takes effect up to this date.

    None only for somebody who never accepted anything.
    """
    reached: dict[int, int] = {}
    for row in latest_decisions(person).values():
        if row.decision == Decision.ACCEPTED:
            version = row.text.version
            reached[version.document_id] = max(version.number, reached.get(version.document_id, 0))
    accepted: list[datetime] = []
    missing: list[datetime] = []
    for document_id, number, effective_at in Version.objects.asking().values_list(
        "document_id", "number", "effective_at"
    ):
        assert effective_at  # a draft asks nobody
        (accepted if number <= reached.get(document_id, 0) else missing).append(effective_at)
    first_missing = min(missing, default=None)
    if not accepted or first_missing is None:
        return max(accepted, default=None)
    return max((date for date in accepted if date < first_missing), default=first_missing - MOMENT)


def latest_decisions(person: AcceptsDocuments) -> dict[int, Acceptance]:
    """The last word of `person` on each version, by its id."""
    rows = Acceptance.objects.filter(person_id=person.pk).select_related("text__version").order_by("at", "pk")
    return {row.text.version_id: row for row in rows}


def ask_again(version: Version) -> None:
    """Let nobody pass for having accepted `version`, just published, who only accepted what came later.

    Whoever accepted ahead, through a date after this one's, has not seen this one. Call it in the transaction
    that publishes, after `hold_documents_still`.
    """
    people: Any = get_user_model()._default_manager
    just_before = (
        Version.objects.asking()
        .filter(effective_at__lt=version.effective_at)
        .aggregate(latest=Max("effective_at"))
    )
    assert version.effective_at
    people.filter(accepted_through__gte=version.effective_at).update(
        accepted_through=just_before["latest"] or version.effective_at - MOMENT
    )


def hold_documents_still(*, shared: bool = False) -> None:
    """Until the transaction ends: people decide side by side (`shared`), and nothing is published meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(%s)" if shared else "SELECT pg_advisory_xact_lock(%s)",
            [LOCK],
        )


def _send_receipt(person: Any, rows: Sequence[Acceptance]) -> None:
    """One letter for one act, however often it is asked for; none for what was imported.

    An address nobody can write to does not undo the act.
    """
    if not rows or rows[0].how == How.IMPORT or not can_be_written_to(person.email):
        return
    at = rows[0].at
    takes_effect_at = max(filter(None, (row.text.version.effective_at for row in rows)))
    post(
        "legal_receipt" if rows[0].decision == Decision.ACCEPTED else "legal_refusal",
        to=person.email,
        key=f"legal.receipt:{min(row.pk for row in rows)}",
        language=person.language or settings.LANGUAGE_CODE,
        context={
            "texts": [row.text for row in rows],
            "at": at,
            "takes_effect_at": takes_effect_at if takes_effect_at > at else None,
        },
    )
