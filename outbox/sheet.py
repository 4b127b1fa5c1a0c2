"""A letter's plain text, laid out as HTML: the text stays the letter, the HTML only dresses it."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from outbox.models import Letter

ADDRESS = re.compile(r"https?://[^\s<>\"«»“”]+[^\s<>\"«»“”.,;:!?)\]’']")
CODE = re.compile(r"[A-Z0-9]{3,10}(-[A-Z0-9]{3,10}){0,3}")
ITEM = re.compile(r"^[-*•] ")
QUOTE = re.compile(r"^> ?")


class Block(NamedTuple):
    shape: str  # text, action, code, list, quote
    lines: list[SafeString]


def lay_out(letter: Letter) -> str:
    return render_to_string(
        "mail/letter.html",
        {
            "letter": letter,
            "blocks": list(blocks(letter.body)),
            "host": settings.HOST,
            "site_url": settings.SITE_URL,
        },
    )


def blocks(text: str) -> Iterator[Block]:
    """Paragraphs are what blank lines separate. One that is only an address is the letter's action; one that is only
    a short word of capitals and digits is a code to copy."""
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        lines = paragraph.strip("\n").split("\n")
        word = paragraph.strip()
        if ADDRESS.fullmatch(word):
            yield Block("action", [linked(word)])
        elif CODE.fullmatch(word):
            yield Block("code", [linked(word)])
        elif all(ITEM.match(line) for line in lines):
            yield Block("list", [linked(ITEM.sub("", line)) for line in lines])
        elif all(QUOTE.match(line) for line in lines):
            yield Block("quote", [linked(QUOTE.sub("", line)) for line in lines])
        else:
            yield Block("text", [linked(line) for line in lines])


def linked(line: str) -> SafeString:
    """Everything is escaped; web addresses become links that show where they go."""
    parts, end = [], 0
    for match in ADDRESS.finditer(line):
        address = escape(match[0])
        parts += [escape(line[end : match.start()]), f'<a href="{address}" style="color:#a46708">{address}</a>']
        end = match.end()
    return mark_safe("".join([*parts, escape(line[end:])]))  # noqa: S308 - every part is escaped above
