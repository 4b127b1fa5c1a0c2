"""What a test that commits leaves behind goes, and nothing else is touched.

Django would empty all tables, each of them anew on the disk, and ask for all permissions again: that takes longer than
most of these tests.
"""

from collections.abc import Sequence

from django.db import connection, transaction

STAY = {"django_content_type", "auth_permission"}  # every migrated database has the same
SWOLLEN = 2**20  # bytes; deleted rows keep their place, and whoever reads the table reads past them


def tables() -> list[str]:
    return sorted(set(connection.introspection.django_table_names(only_existing=True)) - STAY)


def sweep(of: Sequence[str]) -> None:
    found = ", ".join(
        f"EXISTS (SELECT FROM {table}), pg_relation_size('{table}') > {SWOLLEN}" for table in of
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL session_replication_role = replica"
        )  # no trigger refuses, no foreign key asks
        cursor.execute(f"SELECT {found}")
        row = cursor.fetchone()
        filled, swollen = row[::2], row[1::2]
        if any(swollen):
            cursor.execute(f"TRUNCATE {', '.join(of)}")
        elif any(filled):
            cursor.execute(
                "; ".join(f"DELETE FROM {of[number]}" for number, is_filled in enumerate(filled) if is_filled)
            )
