import email
import email.policy
import re
from html.parser import HTMLParser

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from outbox.channels.email import EmailChannel, compose, on_the_wire
from outbox.models import Letter
from outbox.verbs import UNPRINTABLE

NOW = timezone.now()
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from(" .=-_?\t"), max_size=300)
TEXT = st.lists(
    WORDS | st.sampled_from([".", "..", "--=_letter-7", "From here", "> said", "- item", "=3D", ""]),
    max_size=8,
).map("\n".join)


def written(
    *,
    subject="Votre code",
    body="Bonjour,\n\nÀ bientôt.",
    recipient="rita@example.org",
    reply_to="",
    language="fr",
):
    letter = Letter(
        pk=7,
        kind="tests",
        subject=subject,
        body=body,
        recipient=recipient,
        reply_to=reply_to,
        language=language,
        created_at=NOW,
    )
    raw = compose(letter, sender=EmailChannel().sent_by, recipient=on_the_wire(recipient))
    return raw, email.message_from_bytes(raw, policy=email.policy.default)


def text_of(message) -> str:
    return message.get_body(["plain"]).get_content().replace("\r\n", "\n")


def html_of(message) -> str:
    return message.get_body(["html"]).get_content().replace("\r\n", "\n")


class TestItsHeaders:
    def test_say_who_when_and_that_nobody_should_answer_a_machine(self):
        message = written(reply_to="desk@example.org")[1]
        assert message["From"] == "Chez nous <portal@example.org>"
        assert message["To"] == "rita@example.org"
        assert message["Reply-To"] == "desk@example.org"
        assert message["Subject"] == "Votre code"
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["Content-Language"] == "fr"
        assert abs((message["Date"].datetime - timezone.now()).total_seconds()) < 60

    def test_carry_an_identity_that_stays_and_is_on_our_host(self):
        first, second = written()[1]["Message-ID"], written()[1]["Message-ID"]
        assert first == second
        assert re.fullmatch(r"<letter\.7\.[0-9a-f]+@portal\.example\.org>", first)

    def test_differ_after_a_new_start_from_number_one(self):
        letter = Letter(pk=7, created_at=NOW)
        later = Letter(pk=7, created_at=NOW + timezone.timedelta(seconds=1))
        assert letter.message_id != later.message_id

    def test_write_a_name_in_another_script_as_the_wire_wants_it(self):
        assert written(recipient="rita@éxample.org")[1]["To"] == "rita@xn--xample-9ua.org"

    def test_keep_the_name_an_operator_gave(self, settings):
        settings.DEFAULT_FROM_EMAIL = "L’équipe <portal@example.org>"
        assert written()[1]["From"] == "L’équipe <portal@example.org>"


class TestItsText:
    def test_is_signed(self):
        assert (
            text_of(written()[1]) == "Bonjour,\n\nÀ bientôt.\n\n-- \nChez nous\nhttps://portal.example.org\n"
        )

    @settings(max_examples=150, deadline=None)
    @given(subject=WORDS, body=TEXT)
    def test_arrives_as_it_was_written_whatever_it_is(self, subject, body):
        subject, body = " ".join(subject.split()), UNPRINTABLE.sub("", body).strip()
        raw, message = written(subject=subject, body=body)
        assert message["Subject"] == subject
        assert text_of(message) == f"{body}\n\n-- \nChez nous\nhttps://portal.example.org\n"
        assert not message.defects
        assert not any(part.defects for part in message.walk())
        assert [part.get_content_type() for part in message.walk()] == [
            "multipart/alternative",
            "text/plain",
            "text/html",
        ]
        lines = raw.split(b"\r\n")
        assert raw.isascii()
        assert b"\n" not in b"".join(lines)
        assert b"\r" not in b"".join(lines)
        assert max(map(len, lines)) <= 200

    def test_with_lone_dots_passes_the_wire(self, sink, transactional_db):
        from outbox.delivery import deliver
        from tests.outbox.conftest import a_letter

        a_letter(body=".\n..\n.x\n\n.")
        deliver()
        assert text_of(sink.letters[0]).startswith(".\n..\n.x\n\n.\n")


class TestItsHtml:
    def test_dresses_the_same_words(self):
        html = html_of(
            written(
                body="Voici :\nla suite\n\nABC-123\n\nhttps://example.org/x?a=1&b=2\n\n- un\n- deux\n\n> cité\n> encore"
            )[1]
        )
        assert "Voici :<br>\nla suite</p>" in html
        assert re.search(r"<p [^>]*monospace[^>]*>ABC-123</p>", html)
        assert '<a href="https://example.org/x?a=1&amp;b=2"' in html
        assert html.count("<li") == 2
        assert re.search(r"<blockquote[^>]*>cité<br>\nencore</blockquote>", html)

    def test_never_lets_words_become_markup(self):
        html = html_of(
            written(
                subject="</title><script>", body='<script>alert(1)</script> https://x.org/"onclick="y <b>'
            )[1]
        )
        assert "<script" not in html
        assert "<b>" not in html
        assert 'onclick="' not in html

    @pytest.mark.parametrize(
        ("text", "address"),
        [
            ("Voir https://example.org/a.", "https://example.org/a"),
            ("(https://example.org/a)", "https://example.org/a"),
            ("« https://example.org/a »", "https://example.org/a"),
            ("https://example.org/a, puis", "https://example.org/a"),
            ("https://example.org/?q=1#f", "https://example.org/?q=1#f"),
        ],
    )
    def test_links_an_address_without_the_sentence_around_it(self, text, address):
        assert f'<a href="{address}"' in html_of(written(body=f"x {text}")[1])

    def test_needs_nothing_from_elsewhere(self):
        class Foreign(HTMLParser):
            found = []

            def handle_starttag(self, tag, attributes):
                self.found += [value for name, value in attributes if name in {"src", "srcset", "background"}]
                self.found += [tag] if tag in {"script", "link", "style", "img", "iframe"} else []

        Foreign().feed(html_of(written()[1]))
        assert Foreign.found == []

    def test_is_in_the_language_of_the_letter(self):
        html = html_of(written(language="en")[1])
        assert '<html lang="en">' in html
        assert "Chez nous wrote this letter." in html
