"""Rows that come into being together, written in one statement: a breath of the database instead of a conversation."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Field, Model

Row = tuple[Model, Mapping[str, str]]
"""A row, and its columns that hold the number of the first one: as what type."""


def lay_down(first: Model, *others: Row, once: str) -> bool:
    """Insert `first`, unless there is one with the same `once`, and `others` with it; whether they are new.

    What the ORM does in a transaction of as many statements as rows. One statement is a transaction by itself, and
    whoever comes second with the same `once` waits for the first one's commit. `first` learns its number.
    """
    shapes = tuple((type(row), tuple(sorted(points.items()))) for row, points in others)
    values = [value for row, points in ((first, {}), *others) for value in _values(row, points)]
    with connection.cursor() as cursor:
        cursor.execute(_statement(type(first), shapes, once), values)
        found = cursor.fetchone()
    if found is None:
        return False
    first.pk = found[0]
    first._state.adding = False
    first._state.db = connection.alias
    return True


@cache
def _statement(first: type[Model], others: tuple[Any, ...], once: str) -> str:
    # Made of the names of our own tables and columns; what people wrote goes beside it.
    name = connection.ops.quote_name
    columns = [name(field.column or "") for field in _fields(first)]
    parts = [
        f"first AS (INSERT INTO {name(first._meta.db_table)} ({', '.join(columns)})"  # noqa: S608
        f" VALUES ({', '.join(['%s'] * len(columns))}) ON CONFLICT ({name(once)}) DO NOTHING RETURNING id)"
    ]
    for number, (model, points) in enumerate(others):
        numbers = dict(points)
        given = [field.column or "" for field in _fields(model) if field.column not in numbers]
        into = ", ".join(map(name, [*numbers, *given]))
        what = ", ".join([*(f"first.id::{kind}" for kind in numbers.values()), *["%s"] * len(given)])
        table = name(model._meta.db_table)
        parts.append(f"other{number} AS (INSERT INTO {table} ({into}) SELECT {what} FROM first)")  # noqa: S608
    return f"WITH {', '.join(parts)} SELECT id FROM first"  # noqa: S608


@cache
def _fields(model: type[Model]) -> "list[Field[Any, Any]]":
    return [field for field in model._meta.local_concrete_fields if not field.primary_key]


def _values(row: Model, points: Mapping[str, str]) -> list[Any]:
    return [
        field.get_db_prep_save(field.pre_save(row, add=True), connection)
        for field in _fields(type(row))
        if field.column not in points
    ]
