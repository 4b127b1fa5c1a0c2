"""From Markdown to what is kept: variables filled in, clauses found, HTML that is safe to show."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count, pairwise

import nh3
from django.conf import settings
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import override
from markdown_it import MarkdownIt
from markdown_it.token import Token

from legal.matching import match as match_clauses

VARIABLE = re.compile(r"(<?)\{\{\s*([a-z_]+)\s*\}\}(>?)")  # <{{ host_email }}> makes a link of it
EXPLICIT_REF = re.compile(r"\s*\{#([a-z0-9][a-z0-9-]*)\}\s*$")
LONGEST_REF = 60
SHORT_REF = 4  # characters: "c6" fits in the margin, "our-commitments" does not
LINE = re.compile(r"[^\n]*\n|[^\n]+")  # as Markdown counts them; splitlines() knows more line ends
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


def write(source: str, language: str, *, known: Sequence[Passage] = (), parallel: Sequence[str] = ()) -> Page:
    """Make a page of `source`. Raises WritingError.

    A clause is called what its author says with {#id}; else like the clause in the same place of the
    authoritative text, whose ids are `parallel`, if both have as many; else like the clause of the
    previous version, `known`, that it is or is close to; else by its first words.
    """
    return typeset(filled(source, language), language, known=known, parallel=parallel)


def filled(source: str, language: str, *, variables_too: bool = True) -> str:
    """The words as they are kept for good, and their SHA-256 taken of. Raises WritingError."""
    text = _clean(source)
    return fill(text, language) if variables_too else text


def typeset(text: str, language: str, *, known: Sequence[Passage] = (), parallel: Sequence[str] = ()) -> Page:
    """Make a page of a text whose variables are filled in already. Raises WritingError."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(text)
    starts = _starts(tokens)
    stretches = _stretches(starts, text)
    refs = _name([inline for _opening, inline in starts], [s.strip() for s in stretches[1:]], known, parallel)
    passages = []
    for (opening, inline), stretch, ref in zip(starts, stretches[1:], refs, strict=True):
        opening.attrSet("id", ref)
        opening.attrJoin("class", "clause")
        lead = _lead(inline.content)
        if inline.children is not None:
            inline.children = [*inline.children, *_permalink(ref, lead, language)]
        passages.append(Passage(ref, lead, _own(opening, stretch), opening.type == "heading_open"))
    html = nh3.clean(
        parser.renderer.render(tokens, parser.options, {}),
        tags=ALLOWED_TAGS,
        attributes=ALLOWED_ATTRIBUTES,
        url_schemes={"https", "http", "mailto", "tel"},
        link_rel="noopener",
    )
    return Page(markdown=text, html=html, passages=passages)


def segments(markdown: str, refs: Sequence[str]) -> list[tuple[str, str]]:
    """A kept text cut at its clauses: (ref, stretch), all of it, the part before the first under "" ."""
    starts = _starts(MarkdownIt("commonmark", {"html": False}).enable("table").parse(markdown))
    return list(zip(["", *refs], _stretches(starts, markdown), strict=True))


def with_ids(source: str, names: Mapping[int, str], *, avoid: Sequence[str] = ()) -> str:
    """The source with {#id} written at the clauses in these positions, as their author would have done.

    An empty name stands for a new one, made of the clause's first words and told from those to `avoid`.
    Raises WritingError.
    """
    text = _clean(source)
    starts = _starts(MarkdownIt("commonmark", {"html": False}).enable("table").parse(text))
    lines = LINE.findall(text)
    written = [match and match[1] for match in (EXPLICIT_REF.search(inline.content) for _o, inline in starts)]
    used = {*avoid, *names.values(), *(ref for at, ref in enumerate(written) if ref and at not in names)}
    for position, name in sorted(names.items()):
        if position >= len(starts):
            raise WritingError(_("There is no such clause any more. Look at the list of clauses again."))
        opening, inline = starts[position]
        ref = name or _first_free(_ref_from(EXPLICIT_REF.sub("", inline.content)), used)
        used.add(ref)
        last = (inline.map or [0, 1])[1] - 1
        line = lines[last].rstrip("\n")
        if opening.markup.startswith("#"):
            line = re.sub(r"\s+#+\s*$", "", line)
        lines[last] = EXPLICIT_REF.sub("", line).rstrip() + f" {{#{ref}}}\n"
    return "".join(lines)


def _clean(source: str) -> str:
    if "\x00" in source:
        raise WritingError(_("The text holds a NUL character. Save it again as plain text."))
    return source.replace("\r\n", "\n").replace("\r", "\n").strip() + "\n"


def _starts(tokens: list[Token]) -> list[tuple[Token, Token]]:
    """The tokens that open a clause, each with its first line: headings, top-level numbered items, and
    whatever else at the top level ends its first paragraph with {#id}."""
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
    return starts


def _stretches(starts: list[tuple[Token, Token]], text: str) -> list[str]:
    """The text cut where its clauses begin; what comes before the first one leads."""
    lines = LINE.findall(text)
    edges = [0, *((opening.map or [0, 0])[0] for opening, _inline in starts), len(lines)]
    return ["".join(lines[begin:end]) for begin, end in pairwise(edges)]


def _own(opening: Token, stretch: str) -> str:
    """A clause's own words, without its id: an item ends where the list item does."""
    if opening.type == "list_item_open" and opening.map:
        stretch = "".join(LINE.findall(stretch)[: opening.map[1] - opening.map[0]])
    lines = (line.rstrip() for line in stretch.split("\n"))
    return re.sub(r"[ \t]*\{#[a-z0-9-]+\}", "", "\n".join(lines).strip())


def _name(
    inlines: list[Token], texts: list[str], known: Sequence[Passage], parallel: Sequence[str]
) -> list[str]:
    """One id for each clause, no two alike."""
    refs = [_take_ref(inline) for inline in inlines]
    for ref, times in Counter(ref for ref in refs if ref).items():
        if times > 1:
            raise WritingError(_("The id “%(ref)s” is used twice. Give each clause its own.") % {"ref": ref})
    if len(parallel) == len(refs):
        suggested = dict(enumerate(parallel))
    else:
        pairs = match_clauses([passage.markdown for passage in known], texts)
        suggested = {new: known[old].ref for new, old in pairs.items()}
    used = {ref for ref in refs if ref}
    for position, inline in enumerate(inlines):
        if refs[position]:
            continue
        ref = suggested.get(position, "")
        if not ref or ref in used:
            ref = _first_free(_ref_from(inline.content), used)
        refs[position] = ref
        used.add(ref)
    return refs


def _ref_from(content: str) -> str:
    """An id made of a clause's first words."""
    return slugify(_lead(content))[:50].strip("-") or "clause"


def _first_free(stem: str, used: set[str]) -> str:
    numbered = (f"{stem}-{number}" for number in count(2))
    return next(ref for ref in chain([stem], numbered) if ref not in used)


def _take_ref(inline: Token) -> str:
    """The author's own {#id}, taken out of the text; "" where there is none."""
    match = EXPLICIT_REF.search(inline.content)
    if not match:
        return ""
    if len(match[1]) > LONGEST_REF:
        raise WritingError(
            _("The id “%(ref)s” is too long. Use at most %(most)d characters.")
            % {"ref": match[1], "most": LONGEST_REF}
        )
    inline.content = inline.content[: match.start()]
    for child in reversed(inline.children or []):
        if child.type == "text" and EXPLICIT_REF.search(child.content):
            child.content = EXPLICIT_REF.sub("", child.content)
            break
    return match[1]


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
