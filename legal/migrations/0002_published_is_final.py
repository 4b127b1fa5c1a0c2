from django.db import migrations

REFUSE = """
    RAISE EXCEPTION '% is final once published: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
"""

# A foreign key's own ON DELETE actions and a superuser's session_replication_role apart, nothing
# passes these: the portal has no switch for them.
FORWARD = f"""
CREATE FUNCTION legal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {REFUSE}
END $$;

CREATE FUNCTION legal_version_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NOT NULL THEN {REFUSE} END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION legal_text_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND EXISTS (
        SELECT FROM legal_version WHERE id = OLD.version_id AND published_at IS NOT NULL
    ) THEN {REFUSE} END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    IF EXISTS (SELECT FROM legal_version WHERE id = NEW.version_id AND published_at IS NOT NULL)
    THEN {REFUSE} END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION legal_clause_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND EXISTS (
        SELECT FROM legal_text t JOIN legal_version v ON v.id = t.version_id
        WHERE t.id = OLD.text_id AND v.published_at IS NOT NULL
    ) THEN {REFUSE} END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    IF EXISTS (
        SELECT FROM legal_text t JOIN legal_version v ON v.id = t.version_id
        WHERE t.id = NEW.text_id AND v.published_at IS NOT NULL
    ) THEN {REFUSE} END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION legal_document_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.slug <> OLD.slug AND EXISTS (
        SELECT FROM legal_version WHERE document_id = OLD.id AND published_at IS NOT NULL
    ) THEN {REFUSE} END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION legal_acceptance_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Erasing an account unties its person from the evidence, which stays word for word.
    IF TG_OP = 'UPDATE' AND OLD.person_id IS NOT NULL AND NEW.person_id IS NULL THEN
        OLD.person_id := NULL;
        IF NEW IS NOT DISTINCT FROM OLD THEN RETURN NEW; END IF;
    END IF;
    RAISE EXCEPTION 'legal_acceptance is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER legal_document_final BEFORE UPDATE ON legal_document
    FOR EACH ROW EXECUTE FUNCTION legal_document_guard();
CREATE TRIGGER legal_version_final BEFORE UPDATE OR DELETE ON legal_version
    FOR EACH ROW EXECUTE FUNCTION legal_version_guard();
CREATE TRIGGER legal_text_final BEFORE INSERT OR UPDATE OR DELETE ON legal_text
    FOR EACH ROW EXECUTE FUNCTION legal_text_guard();
CREATE TRIGGER legal_clause_final BEFORE INSERT OR UPDATE OR DELETE ON legal_clause
    FOR EACH ROW EXECUTE FUNCTION legal_clause_guard();
CREATE TRIGGER legal_acceptance_final BEFORE UPDATE OR DELETE ON legal_acceptance
    FOR EACH ROW EXECUTE FUNCTION legal_acceptance_guard();
"""

TABLES = ["legal_document", "legal_version", "legal_text", "legal_clause", "legal_acceptance"]

for table in TABLES:
    FORWARD += f"""
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION legal_refuse();
"""

BACKWARD = "".join(
    f"DROP TRIGGER {table}_final ON {table}; DROP TRIGGER {table}_no_truncate ON {table};"
    f" DROP FUNCTION {table}_guard();"
    for table in TABLES
)
BACKWARD += "DROP FUNCTION legal_refuse();"


class Migration(migrations.Migration):
    dependencies = [("legal", "0001_documents")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
