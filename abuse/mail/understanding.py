"""What a mail was understood to say."""

from dataclasses import asdict, dataclass, field
from email.message import Message
from enum import StrEnum
from typing import Any

from abuse.mail import arf, jmrp, plain, xarf_json, xarf_mail
from abuse.mail.opening import TooMuch, evidence_in, leaves, open_head, open_mail
from abuse.mail.saying import address, message_id, words


class Kind(StrEnum):
    ARF = "arf"
    JMRP = "jmrp"
    XARF_MAIL = "xarf-mail"
    XARF_JSON = "xarf-json"
    PLAIN = "plain"


@dataclass(frozen=True)
class Understood:
    """What the mail says about what it reports; None where it does not say.

    `message_id` is that of the message reported: it tells one event from another, which the report's own cannot. What
    stands below it is about the mail itself, and no part of what is explained.
    """

    kind: Kind = Kind.PLAIN
    feedback_type: str | None = None
    user_agent: str | None = None
    source_ip: str | None = None
    arrival_date: str | None = None
    original_mail_from: str | None = None
    original_rcpt_to: list[str] | None = None
    reported_domain: list[str] | None = None
    reported_uri: list[str] | None = None
    evidence_message: str = "none"
    message_id: str | None = None

    text: str = ""
    evidence: str = ""
    subject: str = ""
    sender: str = ""
    own_id: str = ""
    automatic: bool = True
    named: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    @property
    def is_child_abuse(self) -> bool:
        kind = (self.feedback_type or "").lower().replace("-", "_")
        return self.kind != Kind.PLAIN and kind in xarf_json.CHILD_ABUSE

    def explained(self) -> dict[str, Any]:
        everything = asdict(self)
        return {name: everything[name] for name in EXPLAINED}


EXPLAINED = [
    "kind",
    "feedback_type",
    "user_agent",
    "source_ip",
    "arrival_date",
    "original_mail_from",
    "original_rcpt_to",
    "reported_domain",
    "reported_uri",
    "evidence_message",
    "message_id",
]
BEFORE_JSON = b" \t\r\n\xef\xbb\xbf"
READERS = [
    (Kind.ARF, arf.read),
    (Kind.XARF_JSON, xarf_json.read),
    (Kind.XARF_MAIL, xarf_mail.read),
    (Kind.JMRP, jmrp.read),
]


def understand(raw: bytes) -> Understood:
    """Never raises: a mail that cannot be opened is a plain one, and its trouble is said."""
    try:
        return _understood(raw)
    except TooMuch as trouble:
        return _unopened(raw, str(trouble))
    # The standard parser raises RecursionError, LookupError, KeyError… on what strangers send; none may lose the mail.
    except Exception as error:
        return _unopened(raw, f"broken ({type(error).__name__})")


def _unopened(raw: bytes, trouble: str) -> Understood:
    try:
        mail = open_head(raw)
        return Understood(subject=words(mail.get("Subject", "")), troubles=[trouble])
    except Exception:  # not even its head can be read: the mail is kept all the same
        return Understood(troubles=[trouble])


def _understood(raw: bytes) -> Understood:
    if raw.lstrip(BEFORE_JSON)[:1] == b"{":
        bare = xarf_json.read_json(raw)
        if bare is not None:
            return Understood(kind=Kind.XARF_JSON, **bare)
    mail = open_mail(raw)
    parts = list(leaves(mail))
    evidence = evidence_in(parts)
    about: dict[str, Any] = {
        "text": plain.words_for_people(parts),
        "evidence": plain.evidence_as_text(evidence),
        "subject": words(mail.get("Subject", "")),
        "sender": address(mail.get("From", "")) or "",
        "own_id": message_id(mail.get("Message-ID", "")) or "",
        "automatic": plain.is_automatic(mail),
        "troubles": _troubles(mail),
    }
    for kind, read in READERS:
        said = read(mail, parts, evidence)
        if said is not None:
            return Understood(kind=kind, **{**about, "automatic": True, **said})
    return Understood(
        evidence_message=evidence.form,
        message_id=_id_of(evidence.message),
        named=plain.named(mail, evidence),
        **about,
    )


def _id_of(message: Message) -> str | None:
    return message_id(message.get("Message-ID", ""))


def _troubles(mail: Message) -> list[str]:
    return sorted({type(defect).__name__ for part in mail.walk() for defect in part.defects})
