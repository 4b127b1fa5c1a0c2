"""Words are found by an index, however many tickets there are.

The index holds no more than the rows do: once words are forgotten (null), it has nothing of them either.
"""

from django.db import migrations

# Punctuation becomes space, so that an address is found by any of its parts. What is beyond the first 100,000
# characters of a text is not looked through: a tsvector holds a megabyte at most.
WORDS = r"""
CREATE FUNCTION abuse_words(text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector('simple'::regconfig, translate(left(coalesce($1, ''), 100000),
        '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', repeat(' ', 32)))
$$;
CREATE INDEX abuse_report_words ON abuse_report
    USING gin (abuse_words(coalesce(what, '') || ' ' || coalesce("where", '')));
CREATE INDEX abuse_message_words ON abuse_message USING gin (abuse_words(coalesce(body, '')));
CREATE INDEX abuse_ticket_words ON abuse_ticket
    USING gin (abuse_words(reporter_email || ' ' || reporter_name)) WHERE reporter_email <> '';
"""
REVERSE = """
DROP INDEX abuse_ticket_words;
DROP INDEX abuse_message_words;
DROP INDEX abuse_report_words;
DROP FUNCTION abuse_words(text);
"""


class Migration(migrations.Migration):
    dependencies = [("abuse", "0026_acknowledged")]

    operations = [migrations.RunSQL(WORDS, REVERSE)]
