from datetime import UTC, datetime, timedelta

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, mail_admins, send_mail
from django.utils import translation

from outbox.models import Letter, Priority
from outbox.verbs import BadAddress

pytestmark = pytest.mark.django_db


class TestAnyMessageOfDjango:
    def test_becomes_one_letter_per_recipient(self):
        message = EmailMessage(
            "S", "text", "x@y.z", ["rita@example.org", "Sami <sami@example.org>"], bcc=["mona@example.org"]
        )
        assert message.send() == 1
        assert set(Letter.objects.values_list("recipient", "subject", "body", "kind", "priority")) == {
            (f"{name}@example.org", "S", "text", "mail", Priority.NORMAL) for name in ("rita", "sami", "mona")
        }

    def test_is_written_in_the_active_language(self):
        with translation.override("en"):
            send_mail("S", "text", None, ["rita@example.org"])
        assert Letter.objects.get().language == "en"

    def test_may_carry_hints(self):
        message = EmailMessage("S", "text", None, ["rita@example.org"], reply_to=["Desk <desk@example.org>"])
        message.outbox_kind = "account_code"
        message.outbox_priority = Priority.URGENT
        message.outbox_expires_at = expires_at = datetime.now(UTC) + timedelta(minutes=15)
        message.send()
        letter = Letter.objects.get()
        assert (letter.kind, letter.priority, letter.expires_at) == (
            "account_code",
            Priority.URGENT,
            expires_at,
        )
        assert letter.reply_to == "desk@example.org"

    def test_loses_its_own_html(self):
        message = EmailMultiAlternatives("S", "text", None, ["rita@example.org"])
        message.attach_alternative("<b>text</b>", "text/html")
        message.send()
        assert Letter.objects.get().body == "text"

    def test_to_the_administrators_too(self, settings):
        settings.ADMINS = [("", "root@localhost")]
        mail_admins("S", "text")
        assert Letter.objects.get().recipient == "root@localhost"

    def test_to_nobody_is_no_letter(self):
        assert EmailMessage("S", "text", None, []).send() == 0


class TestRefusedWithoutATrace:
    def test_attachments(self):
        message = EmailMessage("S", "text", None, ["rita@example.org"])
        message.attach("a.txt", "x", "text/plain")
        with pytest.raises(ValueError, match="attachments"):
            message.send()
        assert not Letter.objects.exists()

    @pytest.mark.parametrize("address", ["rita@example.org\nBcc: zoe@example.org", "nobody", "a@b.c\r\n"])
    def test_an_address_that_is_not_one(self, address):
        with pytest.raises(BadAddress):
            EmailMessage("S", "text", None, ["sami@example.org", address]).send()
        assert not Letter.objects.exists()

    def test_a_header_in_the_subject_is_only_words(self):
        send_mail("S\nBcc: zoe@example.org", "text", None, ["rita@example.org"])
        assert Letter.objects.get().subject == "S Bcc: zoe@example.org"
