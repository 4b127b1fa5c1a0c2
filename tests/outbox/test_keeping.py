"""What the database itself refuses."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from outbox.models import Letter, Trouble
from tests.outbox.conftest import a_letter

pytestmark = pytest.mark.django_db

EMPTY = {"recipient": "", "reply_to": "", "subject": "", "body": "", "leave_url": "", "last_error": ""}


@pytest.mark.parametrize(
    ("constraint", "columns"),
    [
        ("letter_sent_or_given_up", EMPTY | {"sent_at": timezone.now(), "given_up_at": timezone.now()}),
        ("letter_emptied_once_sent", {"sent_at": timezone.now()}),
        (
            "letter_emptied_once_sent",
            EMPTY | {"sent_at": timezone.now(), "last_error": "550 rita@example.org"},
        ),
        ("letter_waiting_has_recipient", {"recipient": ""}),
        ("letter_given_up_for_a_reason", {"given_up_at": timezone.now()}),
        ("letter_tried_once_due", {"next_try_at": timezone.now() - timedelta(days=400)}),
        ("letter_priority_known", {"priority": 4}),
        ("letter_headers_on_one_line", {"recipient": "rita@example.org\nBcc: zoe@example.org"}),
        ("letter_headers_on_one_line", {"reply_to": "rita@example.org zoe@example.org"}),
        ("letter_headers_on_one_line", {"subject": "a\r\nBcc: zoe@example.org"}),
        ("letter_body_bounded", {"body": "x" * 100_001}),
    ],
)
def test_refused(constraint, columns):
    letter = a_letter()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(**columns)


def test_two_letters_of_one_key():
    a_letter(key="one")
    other = a_letter(key="two")
    with pytest.raises(IntegrityError, match="key"), transaction.atomic():
        Letter.objects.filter(pk=other.pk).update(key="one")


def test_trouble_that_ends_before_it_began():
    with pytest.raises(IntegrityError, match="trouble_seen_after_it_began"), transaction.atomic():
        Trouble.objects.create(
            channel="email", began_at=timezone.now(), seen_at=timezone.now() - timedelta(1), words="x"
        )
