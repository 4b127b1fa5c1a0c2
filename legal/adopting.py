"""Texts written elsewhere: their first heading is their title, and the others give way to it."""

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

from legal.writing import LINE

DEEPEST = 6
MARKS = re.compile(r"#{1,6}")


def take_title(text: str, known: str, *, otherwise: str = "") -> tuple[str, str]:
    """The title, and the text without headings of the first level, which are the page's own.

    Such a heading at the top is the title and leaves the text, unless another title is `known`; any
    other goes one level down, and so do those below it. `otherwise` is the title where none is found.
    """
    headings = _headings(text)
    several = sum(opening.tag == "h1" for opening, _words in headings) > 1
    title = known or (otherwise if several else "")
    if headings and headings[0][0].tag == "h1" and headings[0][0].level == 0:
        opening, words = headings[0]
        above = "".join(LINE.findall(text)[: _lines(opening)[0]])
        said = " ".join(words.split())
        if not above.strip() and said and (not title or said == " ".join(title.split())):
            title = said
            text = "".join(LINE.findall(text)[_lines(opening)[1] :]).strip()
            headings = _headings(text)
    if any(opening.tag == "h1" for opening, _words in headings):
        text = _lowered(text, headings)
    return title or otherwise, text


def _headings(text: str) -> list[tuple[Token, str]]:
    tokens = MarkdownIt("commonmark", {"html": False}).enable("table").parse(text)
    return [
        (token, _plain(tokens[position + 1]))
        for position, token in enumerate(tokens)
        if token.type == "heading_open"
    ]


def _plain(inline: Token) -> str:
    return "".join(
        " " if child.type == "softbreak" else child.content
        for child in inline.children or []
        if child.type in {"text", "code_inline", "softbreak"}
    )


def _lines(opening: Token) -> tuple[int, int]:
    assert opening.map
    return opening.map[0], opening.map[1]


def _lowered(text: str, headings: list[tuple[Token, str]]) -> str:
    lines = LINE.findall(text)
    for opening, _words in headings:
        first, end = _lines(opening)
        if opening.markup == "=":
            lines[end - 1] = lines[end - 1].replace("=", "-")
        elif opening.markup == "-":
            words = " ".join(line.strip() for line in lines[first : end - 1])
            if opening.level == 0:  # inside a quotation it stays the level it is
                lines[first:end] = [f"### {words}\n", *[""] * (end - first - 1)]
        elif len(opening.markup) < DEEPEST:
            lines[first] = MARKS.sub(opening.markup + "#", lines[first], count=1)
    return "".join(lines)
