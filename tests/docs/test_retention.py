"""The table of retention names every kind of row, and verbs that exist."""

import re
from importlib import import_module

import pytest
from django.apps import apps
from django.conf import settings

TABLE = (settings.BASE_DIR / "docs" / "retention.md").read_text()


@pytest.mark.parametrize("label", sorted(model._meta.label for model in apps.get_models()))
def test_every_kind_of_row_has_its_rule(label):
    assert f"`{label}`" in TABLE


def test_no_rule_is_left_of_a_row_that_is_gone():
    named = set(re.findall(r"`([a-z]+\.[A-Z]\w+)`", TABLE))

    assert named <= {model._meta.label for model in apps.get_models()}


@pytest.mark.parametrize("verb", sorted(set(re.findall(r"`([a-z]+\.(?:verbs|delivery)\.\w+)`", TABLE))))
def test_every_verb_it_names_exists(verb):
    module, _, name = verb.rpartition(".")

    assert callable(getattr(import_module(module), name))


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`([A-Z_]+)`", TABLE))))
def test_every_setting_it_names_exists(name):
    assert hasattr(settings, name)
