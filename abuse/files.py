"""Files that strangers send: what they are by their content, and nothing in them that we did not put there.

A picture is drawn anew from its points, so that whatever else was in it (where it was taken, a script, a second file)
is gone. Everything else stays as it came and is only ever handed out as a download.
"""

import hashlib
import re
import unicodedata
import warnings
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath

import filetype
from django.utils.translation import gettext
from PIL import Image, ImageOps

from abuse.models import Kind

MOST_FILES = 5
LARGEST = 8 * 1024 * 1024  # bytes, each
LARGEST_TOGETHER = 20 * 1024 * 1024
MOST_POINTS = 40_000_000  # of a picture: 120 MB once opened
LONGEST_SIDE = 4000  # of a picture as it is kept
FORMATS = {Kind.JPEG: "JPEG", Kind.PNG: "PNG", Kind.WEBP: "WEBP"}
ENDINGS = {
    Kind.JPEG: ".jpg",
    Kind.PNG: ".png",
    Kind.WEBP: ".webp",
    Kind.PDF: ".pdf",
    Kind.TXT: ".txt",
    Kind.EML: ".eml",
    Kind.MAIL: ".eml",
}
ACCEPTED = ".jpg,.jpeg,.png,.webp,.pdf,.txt,.eml"
MAIL_HEAD = re.compile(rb"\A(?:From [^\n]+\n)?(?:[!-9;-~]{1,76}:[^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*){3,}")
MAIL_FIELD = re.compile(rb"(?im)^(?:received|from|message-id|return-path|delivered-to):")


class Unacceptable(ValueError):
    """Not a file we take; the message says why, to whoever sent it."""


@dataclass(frozen=True)
class File:
    """A file as it is kept. `sha256` is of the bytes that were sent, before a picture was drawn anew."""

    name: str
    kind: Kind
    content: bytes
    sha256: str

    def __str__(self) -> str:
        return f"{self.name} {self.sha256}"


def examine(name: str, content: bytes) -> File:
    """The file as we keep it. Raises Unacceptable."""
    kind = kind_of(name, content)
    if kind is None:
        raise Unacceptable(
            gettext("“%(name)s” is none of the kinds we take: JPEG, PNG, WebP, PDF, TXT, EML.")
            % {"name": tidy(name)}
        )
    if not content.strip():
        raise Unacceptable(gettext("“%(name)s” is empty.") % {"name": tidy(name)})
    if len(content) > LARGEST:
        raise Unacceptable(too_large(name))
    digest = hashlib.sha256(content).hexdigest()
    if kind in FORMATS:
        content = drawn_anew(name, content, FORMATS[kind])
    return File(tidy(name, kind), kind, content, digest)


def too_large(name: str) -> str:
    return gettext("“%(name)s” is larger than %(limit)s MB.") % {
        "name": tidy(name),
        "limit": LARGEST // 1024 // 1024,
    }


def kind_of(name: str, content: bytes) -> Kind | None:
    """By what is in it. The name only tells a mail from another text."""
    found = filetype.guess(content[:8192])
    if found is not None:
        return Kind(found.mime) if found.mime in (*FORMATS, Kind.PDF) else None
    if b"\0" in content:
        return None
    head = content[:20_000]
    if name.lower().endswith(".eml"):
        return Kind.EML if MAIL_HEAD.match(head) and MAIL_FIELD.search(head) else None
    if name.lower().endswith((".htm", ".html", ".svg", ".xml", ".xhtml")):
        return None
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return Kind.TXT if name.lower().endswith((".txt", ".log")) and _looks_written(content) else None
    return Kind.TXT


def _looks_written(content: bytes) -> bool:
    """Text in an older charset: hardly any control characters."""
    controls = sum(byte < 32 and byte not in (9, 10, 13) for byte in content[:20_000])
    return controls == 0


def drawn_anew(name: str, content: bytes, form: str) -> bytes:
    """The same picture, made of its points alone. Raises Unacceptable."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(content), formats=[form]) as opened:
                if opened.width * opened.height > MOST_POINTS:
                    raise Image.DecompressionBombError
                opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
                picture = ImageOps.exif_transpose(opened)
                picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
                picture = picture.convert(
                    "RGB" if form == "JPEG" or not picture.has_transparency_data else "RGBA"
                )
                points = Image.frombytes(picture.mode, picture.size, picture.tobytes())
        drawn = BytesIO()
        points.save(drawn, form, quality=88)
        return drawn.getvalue()
    except Image.DecompressionBombError as error:
        raise Unacceptable(
            gettext("“%(name)s” has more than %(limit)s million points: make it smaller.")
            % {"name": tidy(name), "limit": MOST_POINTS // 1_000_000}
        ) from error
    # Decoders answer broken and hostile files with whatever comes up: SyntaxError, struct.error, OverflowError…
    except Exception as error:
        raise Unacceptable(
            gettext("“%(name)s” is damaged, or no picture after all.") % {"name": tidy(name)}
        ) from error


def tidy(name: str, kind: Kind | None = None) -> str:
    """A name without paths, control characters or tricks, that ends as its content says."""
    bare = PurePosixPath(str(name).replace("\\", "/")).name
    bare = "".join(c for c in unicodedata.normalize("NFC", bare) if c.isprintable() and c not in '<>:"/|?*')
    bare = " ".join(bare.split()).strip(". ") or gettext("file")
    if kind is None:
        return bare[:100]
    stem = bare.rpartition(".")[0] or bare
    return stem[:100] + ENDINGS[kind]
