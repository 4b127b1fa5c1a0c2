"""The portal speaks French completely, with French typography."""

import gettext
import re
from ast import literal_eval

import pytest
from django.conf import settings

FOLDER = settings.BASE_DIR / "locale" / "fr" / "LC_MESSAGES"
SOURCE = (FOLDER / "django.po").read_text()
ENTRIES = SOURCE.split("\n\n")[1:]

with (FOLDER / "django.mo").open("rb") as compiled:
    CATALOGUE = {
        source: french for source, french in gettext.GNUTranslations(compiled)._catalog.items() if source
    }


def names(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)", text))


def ending(text: str) -> str:
    return text[-1] if text[-1] in ".,:;?!…" else ""


def test_no_sentence_is_left_in_english():
    untranslated = [entry for entry in ENTRIES if re.search(r'^msgstr(?:\[\d\])? ""$(?!\n")', entry, re.M)]

    assert untranslated == []


def test_no_translation_is_a_guess():
    assert [entry for entry in ENTRIES if re.search(r"^#,.*fuzzy", entry, re.M)] == []


def test_what_is_compiled_is_what_is_written():
    strings = re.findall(r'^msgstr(?:\[\d\])? (".*"(?:\n".*")*)', "\n\n".join(ENTRIES), re.M)
    written = [literal_eval(f"({string})") for string in strings]

    assert sorted(CATALOGUE.values()) == sorted(written)


def test_every_translation_keeps_the_names_to_fill_in():
    for source, french in CATALOGUE.items():
        english = source[0] if isinstance(source, tuple) else source
        assert names(french) == names(english), english


@pytest.mark.parametrize(
    ("fault", "pattern"),
    [
        ("a space that may break before a double sign", r" [:;?!»]"),
        ("no space before a double sign", r"[^\W\d_][;?!](?!\w)"),
        ("a space that may break inside quotation marks", r"« "),
        ("an apostrophe that is a tick", r"\w'\w"),
        ("English quotation marks", "[“”]"),
    ],
)
def test_typography_is_french(fault, pattern):
    without_html = {french: re.sub(r"<[^>]*>", "", french) for french in CATALOGUE.values()}

    assert [french for french, text in without_html.items() if re.search(pattern, text)] == [], fault


def test_a_sentence_ends_as_it_does_in_english():
    for source, french in CATALOGUE.items():
        english = source[0] if isinstance(source, tuple) else source.split("\x04")[-1]
        assert ending(french) == ending(english), english
