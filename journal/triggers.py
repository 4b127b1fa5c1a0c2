"""SQL that makes a table append-only, for the migrations of every app that has such a table."""

from django.db import migrations


def append_only(table: str) -> migrations.RunSQL:
    """Let PostgreSQL refuse every change to rows of `table`, whoever asks."""
    return migrations.RunSQL(
        sql=f"""
            CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION '{table} is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
            END $$;
            CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
                FOR EACH ROW EXECUTE FUNCTION {table}_refuse();
            CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse();
        """,
        reverse_sql=f"""
            DROP TRIGGER {table}_no_change ON {table};
            DROP TRIGGER {table}_no_truncate ON {table};
            DROP FUNCTION {table}_refuse();
        """,
    )
