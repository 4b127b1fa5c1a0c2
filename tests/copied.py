"""The documents that most tests begin with: laid down once in a run, by the verbs, then copied row by row."""

import json
from typing import Any

from django.db import connection, transaction
from django.utils import timezone, translation

from tests.factories import published

# In the order in which rows refer to one another.
TABLES = ("legal_document", "legal_version", "legal_text", "legal_clause", "journal_entry")
COPY = "".join(
    f"INSERT INTO {table} SELECT * FROM jsonb_populate_recordset(NULL::{table}, %({table})s::jsonb);"
    for table in TABLES
)
# Texts can only be added to a draft, so the versions are published last, as the verb does.
PUBLISH = """
    UPDATE legal_version SET published_at = laid.published_at
    FROM jsonb_populate_recordset(NULL::legal_version, %(published)s::jsonb) AS laid
    WHERE legal_version.id = laid.id
"""

Rows = dict[str, list[dict[str, Any]]]


def laid_down() -> Rows:
    """The rows that publishing the Terms and the legal notice makes; none of them stays."""
    with translation.override("en"), transaction.atomic(), connection.cursor() as cursor:
        published("terms")
        published("legal-notice", source="The host is an association.")
        rows = {}
        for table in TABLES:
            cursor.execute(f"SELECT jsonb_agg(row ORDER BY id)::text FROM {table} AS row")
            rows[table] = json.loads(cursor.fetchone()[0])
        transaction.set_rollback(True)
    return rows


def copy(rows: Rows) -> None:
    """Lay the rows down again, as if it had just been done."""
    at = timezone.now().isoformat()
    again = rows | {
        "legal_version": [row | {"published_at": None} for row in rows["legal_version"]],
        "journal_entry": [row | {"at": at} for row in rows["journal_entry"]],
        "published": rows["legal_version"],
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(COPY + PUBLISH, {table: json.dumps(found) for table, found in again.items()})
