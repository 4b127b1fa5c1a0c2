"""Whoever asked for letters can say "no more of these" by one click, without signing in (RFC 8058)."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from outbox.delivery import deliver
from outbox.models import Letter
from outbox.verbs import withdraw_by
from tests.outbox.conftest import a_letter

WAY_OUT = "https://portal.example.org/status/subscriptions/a-token/leave/"


@pytest.mark.django_db(transaction=True)
class TestALetterThatWasAskedFor:
    def test_carries_its_way_out_where_mail_programs_look(self, sink):
        a_letter(leave_url=WAY_OUT, thread="announcement.7", language="en")
        deliver()
        (letter,) = sink.letters
        assert letter["List-Unsubscribe"] == f"<{WAY_OUT}>"
        assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert letter["References"] == letter["In-Reply-To"] == "<thread.announcement.7@portal.example.org>"
        assert f"No more of them: {WAY_OUT}" in letter.get_body(["plain"]).get_content()
        assert f'<a href="{WAY_OUT}"' in letter.get_body(["html"]).get_content()

    def test_keeps_nothing_of_it_once_it_left(self, sink):
        a_letter(leave_url=WAY_OUT)
        deliver()
        assert Letter.objects.get().leave_url == ""

    def test_no_other_letter_has_one(self, sink):
        a_letter()
        deliver()
        (letter,) = sink.letters
        assert letter["List-Unsubscribe"] is letter["References"] is None

    def test_does_not_leave_any_more_once_its_recipient_left(self, sink):
        a_letter(leave_url=WAY_OUT)
        a_letter(leave_url=WAY_OUT.replace("a-token", "b-token"), to="sami@example.org")
        a_letter()
        assert withdraw_by(WAY_OUT, at=timezone.now()) == 1
        assert deliver() == {"sent": 2}
        assert sorted(sink.recipients) == ["rita@example.org", "sami@example.org"]


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["leave_url", "thread"])
@pytest.mark.parametrize("value", ["https://a\r\nBcc: all@example.org", "a b", "<a>"])
def test_nothing_can_be_injected_by_it(field, value):
    letter = a_letter()
    with pytest.raises(IntegrityError, match="letter_headers_on_one_line"), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(**{field: value})
