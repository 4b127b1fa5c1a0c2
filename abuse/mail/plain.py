"""What any mail says of itself: its words, whether a machine wrote it, and what the message it carries names."""

import re
from email.message import Message

from abuse.mail.opening import Evidence, text_of
from abuse.mail.saying import addresses, words

NOT_PEOPLE = re.compile(
    r"^<?\s*>?$|^(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|noreply|bounces?|root|daemon)\b",
    re.IGNORECASE,
)
TAG = re.compile(r"<[^<>]*>")
UNSEEN = re.compile(r"<(style|script)\b", re.IGNORECASE)
LONGEST_WORDS = 10_000  # characters


def words_for_people(parts: list[Message]) -> str:
    """The first text a person could read; of HTML, its words."""
    for kind in ("text/plain", "text/html"):
        for part in parts:
            if part.get_content_type() == kind:
                text = text_of(part)
                if kind == "text/html":
                    text = words_of_html(text)
                if text.strip():
                    return text.strip()[:LONGEST_WORDS]
    return ""


def words_of_html(html: str) -> str:
    """What a reader would see of it, more or less; each character is looked at a few times, whatever it is."""
    seen, place, lower = [], 0, html.lower()
    while opens := UNSEEN.search(html, place):
        seen.append(html[place : opens.start()])
        closes = lower.find(f"</{opens[1].lower()}", opens.end())
        if closes < 0:
            place = len(html)
            break
        place = closes
    seen.append(html[place:])
    lines = (" ".join(line.split()) for line in TAG.sub(" ", " ".join(seen)).splitlines())
    return "\n".join(line for line in lines if line)


def is_automatic(mail: Message) -> bool:
    """Whether an answer could begin a conversation of machines (RFC 3834, section 2)."""
    said = {
        name: words(mail.get(name, "")).strip().lower()
        for name in ("Auto-Submitted", "Return-Path", "Precedence", "From")
    }
    sender = next(iter(addresses([said["From"]])), "")
    return (
        said["Auto-Submitted"].partition(";")[0].strip() not in ("", "no")
        or ("Return-Path" in mail and said["Return-Path"] in ("", "<>"))
        or said["Precedence"] in ("bulk", "list", "junk", "auto_reply", "auto-reply")
        or any(
            name in mail
            for name in ("List-Id", "List-Unsubscribe", "X-Auto-Response-Suppress", "X-Autoreply")
        )
        or mail.get_content_type() in ("multipart/report", "message/delivery-status")
        or not sender
        or bool(NOT_PEOPLE.match(sender))
    )


def named(mail: Message, evidence: Evidence) -> list[str]:
    """Whom the message a report is about says it came from, and what our own mail server wrote into it."""
    found: list[str] = []
    for name in ("Return-Path", "Sender", "From", "X-Authenticated-Sender", "X-Sender", "Feedback-ID"):
        for value in evidence.message.get_all(name, []):
            found += addresses([str(value)])
    return list(dict.fromkeys(found))[:50]
