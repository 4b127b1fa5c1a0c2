"""People decide on what is in force."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction

from journal.verbs import record
from legal.models import Acceptance, AcceptsDocuments, Decision, How, Text, pseudonym, same_set


class DocumentsChanged(Exception):
    """What the person was shown is no longer what has to be accepted."""


@transaction.atomic
def accept(person: AcceptsDocuments, texts: Iterable[Text], *, how: How, at: datetime) -> list[Acceptance]:
    """Write down that `person` accepted exactly `texts`. Raises DocumentsChanged.

    The texts must be the whole set in force at `at`; their language is the reader's business.
    """
    texts = list(texts)
    required = Text.objects.to_accept(at, settings.LANGUAGE_CODE)
    if not same_set(texts, required):
        raise DocumentsChanged
    rows = Acceptance.objects.bulk_create(
        Acceptance(
            person=person,
            person_hash=pseudonym(person),
            text=text,
            sha256=text.sha256,
            decision=Decision.ACCEPTED,
            how=how,
            at=at,
        )
        for text in texts
    )
    person.accepted_through = max((text.version.effective_at for text in required), default=None)
    person.save(update_fields=["accepted_through"])
    record("legal.accepted", person, actor=person, how=how, texts=[text.pk for text in texts])
    return rows
