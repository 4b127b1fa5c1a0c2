"""Rows are deleted with everything that hangs on them, as Django's collector would do it, but a table at a time.

Django fetches what it is about to delete, then asks about it number by number; for thousands of accounts that takes
many times as long as the deleting. Here each table is one statement, which also counts what it deletes. What hangs on
what is read off the models, each time: there is no list that a new table could be missing from. And a graph with
anything in it that is not plain is left to Django itself: slower, and right.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import CASCADE, DO_NOTHING, SET_NULL, Field, ForeignKey, IntegerField, Model, UUIDField
from django.db.models.deletion import get_candidate_relations_to_delete
from django.db.models.signals import post_delete, pre_delete

Way = tuple[ForeignKey[Any, Any], ...]
"""From a row to what hangs on it: each field leads one step back."""


class NotPlain(Exception):
    """Only Django's collector knows what to do here."""


@dataclass(frozen=True)
class Step:
    """One statement over the rows of one table; `label` names what it deletes, and is empty when it only lets go."""

    sql: str
    label: str


def remove(model: type[Model], numbers: Sequence[Any]) -> dict[Any, Counter[str]]:
    """Delete rows by their numbers, and what goes along; for each, how many rows of which kind. They are locked.

    Raises what Django raises when something is in the way: ProtectedError, RestrictedError.
    """
    rows: dict[Any, Counter[str]] = {number: Counter() for number in numbers}
    try:
        plan = steps(model)
    except NotPlain:
        with transaction.atomic():
            for number in numbers:
                _total, kinds = model._base_manager.filter(pk=number).delete()
                rows[number].update(kinds)
        return rows
    theirs = f"{{{','.join(map(str, numbers))}}}"  # an array, written once for all statements
    with transaction.atomic(), connection.cursor() as cursor:
        for step in plan:
            cursor.execute(step.sql, [theirs])
            if step.label:
                for (number,) in cursor.fetchall():
                    rows[number][step.label] += 1
    return rows


def steps(model: type[Model]) -> list[Step]:
    """What to do, in Django's order: rows on which nothing hangs, then references let go, then the others, from below.

    Raises NotPlain.
    """
    if not isinstance(model._meta.pk, (IntegerField, UUIDField)):
        raise NotPlain(f"{model._meta.label} has no plain numbers.")
    going: list[tuple[int, type[Model], Way]] = [(0, model, ())]
    let_go: list[Way] = []
    for _depth, parent, way in going:  # grows while it is walked
        _see_that_it_is_plain(parent)
        for field in _hanging_on(parent):
            if field.remote_field.on_delete is SET_NULL:
                let_go.append((*way, field))
            elif field.model is model or any(field.model is step.model for step in way):
                raise NotPlain(f"{field} leads back to itself.")
            else:
                going.append((len(way) + 1, field.model, (*way, field)))
    leaves = [(kind, way) for _depth, kind, way in going if way and not _hanging_on(kind)]
    depths = {
        kind: depth for depth, kind, _way in sorted(going, key=lambda one: one[0])
    }  # the deepest of each
    others = [(kind, way) for _depth, kind, way in going if not way or _hanging_on(kind)]
    others.sort(key=lambda one: -depths[one[0]])
    return [
        *(_delete(kind, way) for kind, way in leaves),
        *(_let_go(way) for way in let_go),
        *(_delete(kind, way) for kind, way in others),
    ]


def _hanging_on(model: type[Model]) -> list[ForeignKey[Any, Any]]:
    """The fields of other rows that Django looks after when a row goes. Raises NotPlain."""
    found = []
    relations: Any = get_candidate_relations_to_delete(model._meta)
    for field in (relation.field for relation in relations):
        if field.remote_field.on_delete is DO_NOTHING:
            continue
        if (
            field.remote_field.on_delete not in (CASCADE, SET_NULL)
            or not isinstance(field, ForeignKey)
            or field.target_field != model._meta.pk
        ):
            raise NotPlain(f"{field} takes more than deleting and letting go.")
        found.append(field)
    return found


def _see_that_it_is_plain(model: type[Model]) -> None:
    """Raises NotPlain where somebody listens, where a row is spread over tables, or things hang on it in other ways."""
    meta = model._meta
    listened_to = pre_delete.has_listeners(model) or post_delete.has_listeners(model)
    generic = any(hasattr(field, "bulk_related_objects") for field in meta.private_fields)
    if (
        listened_to
        or generic
        or meta.parents
        or meta.proxy
        or meta.base_manager_name
        or len(meta.pk_fields) > 1
    ):
        raise NotPlain(f"{meta.label} is not plain.")


def _delete(model: type[Model], way: Way) -> Step:
    table, using, where, number = _joined(model, way)
    others = f" USING {', '.join(using)}" if using else ""
    return Step(f"DELETE FROM {table}{others} WHERE {where} RETURNING {number}", model._meta.label)  # noqa: S608


def _let_go(way: Way) -> Step:
    table, using, where, _number = _joined(way[-1].model, way)
    others = f" FROM {', '.join(using)}" if using else ""
    return Step(f"UPDATE {table} SET {_name(way[-1])} = NULL{others} WHERE {where}", "")  # noqa: S608


def _joined(model: type[Model], way: Way) -> tuple[str, list[str], str, str]:
    """The table of a step, those between it and the first rows, what joins them, and where the first number stands."""
    last = len(way)
    tables = [f"{_quoted(field.model._meta.db_table)} t{n}" for n, field in enumerate(way, 1)]
    pk = model._meta.pk
    if not way:
        return f"{_quoted(model._meta.db_table)} t0", [], f"t0.{_name(pk)} = ANY(%s)", f"t0.{_name(pk)}"
    first = f"t1.{_name(way[0])}"
    joins = [f"t{n + 1}.{_name(way[n])} = t{n}.{_name(way[n].target_field)}" for n in range(last - 1, 0, -1)]
    return tables[-1], tables[:-1], " AND ".join([*joins, f"{first} = ANY(%s)"]), first


def _name(field: "Field[Any, Any]") -> str:
    return _quoted(str(field.column))


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
