"""The copy a person gets of their data: a ZIP with one JSON file for each kind of row, and a page to read it all."""

import json
import zipfile
from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from types import TracebackType
from typing import Any, Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field, Model
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.holdings import Holding, field_of, raw
from accounts.models import User

PAGE = "index.html"
UNNAMED = {
    "at": _("when"),
    "created_at": _("added"),
    "last_used_at": _("last used"),
    "outcome": _("outcome"),
    "ticket": _("ticket"),
    "undone_at": _("undone"),
}


class Broken(Exception):
    """A copy that would not open at the person's end; it is not handed out."""


class Archive:
    """Closed after the last part, it has the page that shows them all, in the person's language."""

    def __init__(self, person: User, at: datetime) -> None:
        self.person, self.at = person, at
        self.buffer = BytesIO()
        self.zip = zipfile.ZipFile(self.buffer, "w", zipfile.ZIP_DEFLATED)
        self.parts: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.write_page()
        self.zip.close()

    def add(self, holding: Holding) -> None:
        rows = list(holding.rows(self.person).iterator())
        name = f"{holding.name}.json"
        values = [{name: raw(row, name) for name in holding.fields} for row in rows]
        self.write(name, json.dumps(values, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
        with translation.override(self.person.language):
            self.parts.append(
                {
                    "name": name,
                    "title": str(holding.title),
                    "kept": str(holding.kept),
                    "rows": [list(readable(row, holding.fields)) for row in rows],
                }
            )

    def write_page(self) -> None:
        with translation.override(self.person.language):
            context = {
                "host": settings.HOST,
                "site_url": settings.SITE_URL,
                "at": self.at,
                "parts": self.parts,
                "language": self.person.language,
            }
            self.write(PAGE, render_to_string("accounts/copy.html", context))

    def write(self, name: str, text: str) -> None:
        moment = localtime(self.at).timetuple()[:6]
        self.zip.writestr(zipfile.ZipInfo(name, moment), text.encode(), zipfile.ZIP_DEFLATED)

    def content(self) -> bytes:
        return self.buffer.getvalue()


def readable(row: Model, fields: Iterable[str]) -> Iterable[tuple[str, str]]:
    """The name and the value of each field as a person would say them."""
    for name in fields:
        value = getattr(row, name)
        if hasattr(row, f"get_{name}_display"):
            value = getattr(row, f"get_{name}_display")()
        label = called(field_of(row, name))
        yield label[:1].upper() + label[1:], _said(value)


def called(field: "Field[Any, Any]") -> str:
    """In the reader's language. Where a model has no word for a field, Django takes its name apart, in English."""
    word = str(field.verbose_name)
    return (
        str(UNNAMED[field.name]) if word == field.name.replace("_", " ") and field.name in UNNAMED else word
    )


def _said(value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, datetime):
        return date_format(localtime(value), "DATETIME_FORMAT")
    if isinstance(value, dict | list):
        return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False) if value else "–"
    return str(value)


def check(content: bytes) -> list[str]:
    """Open a copy as its owner will: every file is whole, every JSON parses, the page is there. Raises Broken."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            if damaged := archive.testzip():
                raise Broken(f"{damaged} is damaged.")
            names = archive.namelist()
            for name in names:
                if name.endswith(".json"):
                    json.loads(archive.read(name))
    except (zipfile.BadZipFile, ValueError) as error:
        raise Broken(str(error)) from error
    if PAGE not in names:
        raise Broken(f"{PAGE} is missing.")
    return names
