"""Look for words in everything the portal keeps: each column of each table, each cached value, each file."""

import zipfile
from io import BytesIO
from pathlib import Path

import redis
from django.conf import settings
from django.db import connection

from accounts.sessions import SessionStore


def places_that_mention(*words):
    """Where any of `words` stands, upper or lower case: "table.column", "cache key", "file name"."""
    needles = [word.lower().encode() for word in words]
    return {place for place, value in everything_kept() if any(needle in value for needle in needles)}


def everything_kept():
    yield from in_tables()
    for url in (settings.REDIS_URL, settings.CELERY_BROKER_URL.replace("redis+socket", "unix")):
        yield from in_redis(url.replace("virtual_host", "db"))
    for folder in (settings.VAR_DIR, Path(settings.OUTBOX_TRANSPORT["EMAIL_FILE_PATH"])):
        for path in Path(folder).rglob("*"):
            if path.is_file():
                yield f"file {path.name}", as_read(path.read_bytes())


def in_tables():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND data_type NOT IN ('bigint', 'integer', 'smallint', 'boolean', 'timestamp with time zone')"
        )
        columns = cursor.fetchall()
        assert len(columns) > 80
        for table, column in columns:
            cursor.execute(f'SELECT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL')
            for (value,) in cursor.fetchall():
                if column == "session_data":
                    value = SessionStore().decode(value)
                yield f"{table}.{column}", as_read(value)


def in_redis(url):
    server = redis.from_url(url)
    for key in server.scan_iter():
        read = {
            b"string": lambda key=key: server.get(key),
            b"list": lambda key=key: server.lrange(key, 0, -1),
            b"set": lambda key=key: server.smembers(key),
            b"zset": lambda key=key: server.zrange(key, 0, -1),
            b"hash": lambda key=key: server.hgetall(key),
        }[server.type(key)]
        yield f"cache {key.decode()}", key.lower() + as_read(read())


def as_read(value):
    """The bytes somebody who has the value can read, in lower case; a ZIP is opened."""
    if isinstance(value, memoryview | bytes):
        value = bytes(value)
        if zipfile.is_zipfile(BytesIO(value)):
            with zipfile.ZipFile(BytesIO(value)) as archive:
                value = b"".join(archive.read(name) for name in archive.namelist())
        return value.lower()
    return str(value).lower().encode()
