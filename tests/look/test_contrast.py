"""Every pair of colours that meets on a page can be told apart, by day and by night (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re
from pathlib import Path

import pytest
from django.conf import settings

TOKEN = re.compile(r"--([a-z-]+): (?:light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)|(#[0-9a-f]{6}));")
SCHEMES = ["light", "dark"]
STATES = ["up", "degraded", "down", "maintenance", "unknown"]

TEXT = 4.5  # to 1: text of any size
SHAPE = 3.0  # to 1: large text, borders of inputs, marks of states

PAPERS = ["paper", "paper-raised", "paper-sunk"]
READ = [
    *((ink, paper) for ink in ("ink", "ink-soft", "amber-ink") for paper in PAPERS),
    *((state, paper) for state in STATES for paper in (*PAPERS, f"{state}-tint")),
    *((ink, f"{state}-tint") for ink in ("ink", "ink-soft", "amber-ink") for state in STATES),
    ("on-amber", "amber"),
    ("on-amber", "sun"),
    ("paper", "ink"),
    ("paper", "down"),
]
SEEN = [
    *((edge, paper) for edge in ("line-strong", "amber-edge") for paper in ("paper", "paper-raised")),
    ("on-dark", "on-amber"),
]


def tokens(scheme: str) -> dict[str, str]:
    sheet = (settings.BASE_DIR / "static/portal/portal.css").read_text()
    layer = sheet.split("@layer tokens {", 1)[1].split("@layer base {", 1)[0]
    return {
        name: both or (day if scheme == "light" else night) for name, day, night, both in TOKEN.findall(layer)
    }


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def ratio(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_is_21_to_1():
    assert ratio("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("ink", "paper"), READ)
def test_text_can_be_read(scheme, ink, paper):
    colours = tokens(scheme)
    assert ratio(colours[ink], colours[paper]) >= TEXT


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("edge", "paper"), SEEN)
def test_edges_can_be_seen(scheme, edge, paper):
    colours = tokens(scheme)
    assert ratio(colours[edge], colours[paper]) >= SHAPE


def test_the_browser_bar_has_the_colour_of_the_paper():
    base = Path(settings.BASE_DIR / "templates/base.html").read_text()
    assert [f'content="{tokens(scheme)["paper"]}"' in base for scheme in SCHEMES] == [True, True]
