"""From Markdown to what is kept: variables filled in, clauses found, HTML that is safe to show."""

import re
from dataclasses import dataclass

import nh3
from django.conf import settings
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import override
from markdown_it import MarkdownIt
from markdown_it.token import Token

VARIABLE = re.compile(r"(<?)\{\{\s*([a-z_]+)\s*\}\}(>?)")  # <{{ host_email }}> makes a link of it
EXPLICIT_REF = re.compile(r"\s*\{#([a-z0-9][a-z0-9-]*)\}\s*$")
SHORT_REF = 4  # characters: "c6" fits in the margin, "our-commitments" does not
BOLD_LEAD = re.compile(r"^\*\*(.+?)\*\*", re.S)

ALLOWED_TAGS = {
    *("a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre", "strong", "ul"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
ALLOWED_ATTRIBUTES = {"*": {"id", "class"}, "a": {"href", "title", "aria-label"}, "ol": {"start"}}


class WritingError(ValueError):
    """The source cannot become a document; the message says why and what to do."""


@dataclass(frozen=True)
class Passage:
    """A clause as it was found: its id, its lead, its own Markdown."""

    ref: str
    lead: str
    markdown: str
    is_heading: bool


@dataclass(frozen=True)
class Page:
    """A text ready to keep."""

    markdown: str
    html: str
    passages: list[Passage]


def variables(language: str) -> dict[str, str]:
    """What a source may name between double braces, filled from the settings of the host."""
    facts = {
        f"host_{name}": str(value) for name, value in settings.HOST.items() if not name.startswith("purpose")
    }
    facts["host_purpose"] = settings.HOST[f"purpose_{language}"]
    facts["site_url"] = settings.SITE_URL
    return facts


def fill(source: str, language: str) -> str:
    """Put the facts of the host into `source`. Raises WritingError at an unknown variable."""
    known = variables(language)
    with override(language):
        missing = _("[to be completed by the host]")

    def fact(match: re.Match[str]) -> str:
        opening, name, closing = match.groups()
        if name not in known:
            raise WritingError(
                _("The variable “%(name)s” is unknown. Known are: %(known)s.")
                % {"name": name, "known": ", ".join(sorted(known))}
            )
        value = " ".join(known[name].split())
        return f"{opening}{value}{closing}" if value else missing

    return VARIABLE.sub(fact, source)


def write(source: str, language: str) -> Page:
    """Make a page of `source`. Raises WritingError."""
    text = fill(source.replace("\r\n", "\n").strip() + "\n", language)
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(text)
    passages = _mark_clauses(tokens, text.split("\n"), language)
    html = nh3.clean(
        parser.renderer.render(tokens, parser.options, {}),
        tags=ALLOWED_TAGS,
        attributes=ALLOWED_ATTRIBUTES,
        url_schemes={"https", "http", "mailto", "tel"},
        link_rel="noopener",
    )
    return Page(markdown=text, html=html, passages=passages)


def _mark_clauses(tokens: list[Token], lines: list[str], language: str) -> list[Passage]:
    """Give headings and top-level list items their ids, in place, and return them as passages."""
    passages: list[Passage] = []
    starts: list[tuple[Token, Token]] = []
    for position, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h1":
            raise WritingError(_("The title belongs in the front matter; start headings at “##”."))
        if token.type == "heading_open" and token.level == 0:
            starts.append((token, tokens[position + 1]))
        elif token.type == "list_item_open" and token.level == 1:
            inline = next((t for t in tokens[position + 1 : position + 3] if t.type == "inline"), None)
            numbered = token.markup in {".", ")"}
            if inline is not None and (numbered or EXPLICIT_REF.search(inline.content)):
                starts.append((token, inline))
        elif (
            token.type == "paragraph_open"
            and token.level == 0
            and EXPLICIT_REF.search(tokens[position + 1].content)
        ):
            starts.append((token, tokens[position + 1]))

    edges = [(opening.map or [0, 0])[0] for opening, _inline in starts] + [len(lines)]
    seen: set[str] = set()
    for (opening, inline), start, following in zip(starts, edges, edges[1:], strict=False):
        ref = _take_ref(inline, seen)
        seen.add(ref)
        opening.attrSet("id", ref)
        opening.attrJoin("class", "clause")
        lead = _lead(inline.content)
        if inline.children is not None:
            inline.children = [*inline.children, *_permalink(ref, lead, language)]
        end = (
            min(following, (opening.map or [0, following])[1])
            if opening.type == "list_item_open"
            else following
        )
        own = "\n".join(line.rstrip() for line in lines[start:end]).strip()
        passages.append(
            Passage(ref, lead, re.sub(r"[ \t]*\{#[a-z0-9-]+\}", "", own), opening.type == "heading_open")
        )
    return passages


def _take_ref(inline: Token, seen: set[str]) -> str:
    """The author's own {#id}, removed from the text, else one made of the first words."""
    match = EXPLICIT_REF.search(inline.content)
    if match:
        inline.content = inline.content[: match.start()]
        for child in reversed(inline.children or []):
            if child.type == "text" and EXPLICIT_REF.search(child.content):
                child.content = EXPLICIT_REF.sub("", child.content)
                break
        if match[1] in seen:
            raise WritingError(
                _("The id “%(ref)s” is used twice. Give each clause its own.") % {"ref": match[1]}
            )
        return match[1]
    stem = slugify(_lead(inline.content))[:50].strip("-") or "clause"
    ref, number = stem, 2
    while ref in seen:
        ref, number = f"{stem}-{number}", number + 1
    return ref


def _lead(content: str) -> str:
    bold = BOLD_LEAD.match(content)
    words = bold[1] if bold else content
    plain = re.sub(r"[*_`]|\[([^\]]*)\]\([^)]*\)", lambda m: m[1] or "", words)
    plain = " ".join(plain.split())
    if not bold:
        plain = re.split(r"(?<=[.!?…])\s", plain, maxsplit=1)[0]
    return plain if len(plain) <= 300 else plain[:299].rstrip() + "…"


def _permalink(ref: str, lead: str, language: str) -> list[Token]:
    """A link to the clause itself, named for those who hear the page. A short id is what people cite: it is shown."""
    shown, kind = (ref.upper(), "permalink ref") if len(ref) <= SHORT_REF else ("#", "permalink")
    with override(language):
        label = _("%(shown)s, link to the clause “%(lead)s”") % {"shown": shown, "lead": lead}
    opening = Token("link_open", "a", 1, attrs={"class": kind, "href": f"#{ref}", "aria-label": label})
    return [opening, Token("text", "", 0, content=shown), Token("link_close", "a", -1)]
