"""Many rows in one short statement, where Django's own would write out every value of each."""

from collections.abc import Sequence
from typing import TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Model

from accounts.holdings import field_of

Row = TypeVar("Row", bound=Model)


def write_all(rows: Sequence[Row]) -> Sequence[Row]:
    """Insert new rows, and give them their numbers. Nothing of them may be there already."""
    if not rows:
        return rows
    meta = rows[0]._meta
    fields = meta.concrete_fields
    database = connections[DEFAULT_DB_ALIAS]  # looked up once, not for every value
    columns = ", ".join(database.ops.quote_name(str(field.column)) for field in fields)
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [meta.db_table, meta.pk.column, len(rows)],
        )
        for row, (number,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = number
        with cursor.copy(f"COPY {database.ops.quote_name(meta.db_table)} ({columns}) FROM STDIN") as into:
            for row in rows:
                into.write_row(
                    [field.get_db_prep_save(field.pre_save(row, add=True), database) for field in fields]
                )
    for row in rows:
        row._state.adding, row._state.db = False, database.alias
    return rows


def write_back(rows: Sequence[Model], *names: str) -> None:
    """Write some columns of rows that are there."""
    if not rows:
        return
    fields = [field_of(rows[0], name) for name in ("id", *names)]
    arrays = ", ".join(f"%s::{str(field.rel_db_type(connection)).split('(')[0]}[]" for field in fields)
    sets = ", ".join(f'"{name}" = new."{name}"' for name in names)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    table = rows[0]._meta.db_table
    changes = f'UPDATE "{table}" old SET {sets} FROM unnest({arrays}) new({columns})'  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(
            f"{changes} WHERE old.id = new.id",
            [[getattr(row, field.attname) for row in rows] for field in fields],
        )
