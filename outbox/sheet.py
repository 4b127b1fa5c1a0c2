"""A letter's plain text, laid out as HTML: the text stays the letter, the HTML only dresses it.

Mail programs drop style sheets, so every element carries its own style, here and in the template around it.
"""

import re

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from outbox.models import Letter

ADDRESS = re.compile(r"https?://[^\s<>\"«»“”]*[^\s<>\"«»“”.,;:!?)\]’']")
CODE = re.compile(r"[A-Z0-9]{3,10}(-[A-Z0-9]{3,10}){0,3}")
ITEM = re.compile(r"^[-*•] ", re.MULTILINE)
QUOTE = re.compile(r"^> ?", re.MULTILINE)

AMBER = "#a46708"
PARAGRAPH = '<p style="margin:0 0 20px">{}</p>'
STANDING_OUT = f"margin:0 0 20px;padding:12px 16px;border-left:4px solid {AMBER}"
ACTION = f'<p style="{STANDING_OUT};font-weight:bold;word-break:break-word">{{}}</p>'
MONO = "font-family:Menlo,Consolas,monospace;font-size:24px;letter-spacing:2px"
CODE_TO_COPY = f'<p style="{STANDING_OUT};{MONO}">{{}}</p>'
LIST = '<ul style="margin:0 0 20px;padding:0 0 0 22px"><li style="margin:0 0 4px">{}</li></ul>'
BETWEEN_ITEMS = '</li>\n<li style="margin:0 0 4px">'
ASIDE = "margin:0 0 20px;padding:0 0 0 16px;border-left:2px solid #b9ab94;color:#5d5242"
QUOTATION = f'<blockquote style="{ASIDE}">{{}}</blockquote>'


def lay_out(letter: Letter) -> str:
    return render_to_string(
        "mail/letter.html",
        {
            "letter": letter,
            "text": dressed(letter.body),
            "host": settings.HOST,
            "site_url": settings.SITE_URL,
        },
    )


def dressed(text: str) -> SafeString:
    return mark_safe("\n".join(map(_block, re.split(r"\n[^\S\n]*\n\s*", text.strip()))))  # noqa: S308 - see linked


def _block(paragraph: str) -> str:
    """A paragraph that is only an address is the letter's action; only a short word of capitals and digits, a code."""
    word = paragraph.strip()
    if ADDRESS.fullmatch(word):
        return ACTION.format(linked(word))
    if CODE.fullmatch(word):
        return CODE_TO_COPY.format(word)
    lines = paragraph.count("\n") + 1
    if len(ITEM.findall(paragraph)) == lines:
        return LIST.format(linked(ITEM.sub("", paragraph)).replace("\n", BETWEEN_ITEMS))
    if len(QUOTE.findall(paragraph)) == lines:
        return QUOTATION.format(linked(QUOTE.sub("", paragraph)).replace("\n", "<br>\n"))
    return PARAGRAPH.format(linked(paragraph).replace("\n", "<br>\n"))


def linked(text: str) -> str:
    """Everything is escaped; web addresses become links that show where they go."""
    parts, end = [], 0
    for match in ADDRESS.finditer(text):
        address = escape(match[0])
        parts += [
            escape(text[end : match.start()]),
            f'<a href="{address}" style="color:{AMBER}">{address}</a>',
        ]
        end = match.end()
    return "".join([*parts, escape(text[end:])])
