"""The documents that come with the portal say what the settings do, or the operator hears of it."""

import pytest
from django.core.checks import run_checks

from chatons_portal.checks import AT_MOST, QUOTED
from legal.starters import manuscripts


def said():
    return [found.msg for found in run_checks() if found.id == "portal.W001"]


def test_as_they_ship_they_agree(settings):
    assert said() == []


@pytest.mark.parametrize("name", QUOTED)
def test_a_setting_that_was_changed_is_named_with_the_sentence_that_is_wrong(settings, name):
    setattr(settings, name, 30)
    (sentence,) = said()
    assert f"{name} is 30; it says: " in sentence


@pytest.mark.parametrize("name", AT_MOST)
def test_less_than_the_most_is_no_matter(settings, name):
    setattr(settings, name, 20)
    assert said() == []
    setattr(settings, name, 400)
    assert name in said()[0]


SENTENCES = {
    "en": "seven days, after which|fourteen days later|seven days.|one year after|three months|one year at most",
    "fr": "sept jours, puis|quatorze jours plus tard|sept jours.|un an après|trois mois|un an au plus",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_the_notice_has_these_sentences(language):
    texts, _authoritative = manuscripts("legal-notice")
    source = texts[language].source.replace("\xa0", " ")
    assert [words for words in SENTENCES[language].split("|") if words not in source] == []
