"""What looks and interruptions come to, day by day."""

import datetime as dt
import re

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Min
from django.utils.timezone import localdate, localtime

from services.models import DayFigure, Service
from services.verbs.looking import KEEP_SAMPLES

# The figures begin with the first look that knew anything.
BEGIN = """
    UPDATE services_service s SET watched_since = first.taken_at
    FROM (
        SELECT p.service_id, min(m.taken_at) AS taken_at
        FROM services_sample m JOIN services_probe p ON p.id = m.probe_id
        JOIN services_service x ON x.id = p.service_id
        WHERE x.watched_since IS NULL AND m.outcome < 3 GROUP BY p.service_id
    ) first
    WHERE s.id = first.service_id AND s.watched_since IS NULL
"""
# Interruptions come first, then maintenance, then what nobody knows; what is left of the day, the service was up.
SECONDS = """
    WITH days AS (
        SELECT d::date AS day, d AT TIME ZONE %(zone)s AS starts, (d + interval '1 day') AT TIME ZONE %(zone)s AS ends
        FROM generate_series(%(since)s::timestamp, %(until)s::timestamp, interval '1 day') d
    ), spans AS (
        SELECT s.id AS service_id, d.day,
            tstzmultirange(tstzrange(greatest(d.starts, s.watched_since), least(d.ends, %(at)s))) AS whole
        FROM services_service s CROSS JOIN days d
        WHERE s.watched_since IS NOT NULL AND greatest(d.starts, s.watched_since) < least(d.ends, %(at)s)
            AND (%(service)s::bigint IS NULL OR s.id = %(service)s)
    ), down AS (
        SELECT n.*, n.whole * coalesce((
            SELECT range_agg(tstzrange(o.started_at, coalesce(o.ended_at, greatest(%(at)s, o.started_at))))
            FROM services_outage o WHERE o.service_id = n.service_id
                AND o.started_at < upper(n.whole) AND (o.ended_at IS NULL OR o.ended_at > lower(n.whole))
        ), '{}') AS down FROM spans n
    ), planned AS (
        SELECT n.*, n.whole * coalesce((
            SELECT range_agg(tstzrange(m.starts_at, coalesce(m.finished_at, m.ends_at)))
            FROM services_maintenance m JOIN services_maintenance_services ms ON ms.maintenance_id = m.id
            WHERE ms.service_id = n.service_id AND m.cancelled_at IS NULL
                AND m.starts_at < upper(n.whole) AND m.ends_at > lower(n.whole)
        ), '{}') - n.down AS planned FROM down n
    ), blind AS (
        SELECT n.*, n.whole * coalesce((
            SELECT range_agg(g.span) FROM (
                SELECT tstzrange(g.started_at, g.ended_at) AS span
                FROM services_gap g JOIN services_probe p ON p.id = g.probe_id
                WHERE p.service_id = n.service_id AND g.started_at < upper(n.whole) AND g.ended_at > lower(n.whole)
                UNION ALL
                SELECT tstzrange(coalesce(w.known_until, w.began_at), %(at)s) AS span
                FROM services_watch w JOIN services_probe p ON p.id = w.probe_id
                WHERE p.service_id = n.service_id AND p.enabled AND coalesce(w.known_until, w.began_at) < %(at)s
                UNION ALL
                SELECT tstzrange(s.unwatched_since, %(at)s) AS span
                FROM services_service s WHERE s.id = n.service_id AND s.unwatched_since < %(at)s
            ) g
        ), '{}') - n.down - n.planned AS blind FROM planned n
    ), seconds AS (
        SELECT n.service_id, n.day, LENGTH(n.whole) AS whole, LENGTH(n.down) AS down, LENGTH(n.planned) AS planned,
            LENGTH(n.blind) AS blind
        FROM blind n
    )
    INSERT INTO services_dayfigure
        (service_id, day, up_seconds, down_seconds, unknown_seconds, maintenance_seconds, looks)
    SELECT service_id, day, greatest(whole - down - planned - blind, 0), down, blind, planned, 0 FROM seconds
    ON CONFLICT (service_id, day) DO UPDATE SET
        up_seconds = excluded.up_seconds, down_seconds = excluded.down_seconds,
        unknown_seconds = excluded.unknown_seconds, maintenance_seconds = excluded.maintenance_seconds
"""
SECONDS = re.sub(
    r"LENGTH\((.*?)\)",
    r"coalesce((SELECT floor(sum(extract(epoch FROM upper(r) - lower(r)))) FROM unnest(\1) r), 0)::int",
    SECONDS,
)
# How long it takes to answer is said of one probe, the first: a median over a name server and a web page says nothing.
LATENCY = """
    UPDATE services_dayfigure f SET looks = n.looks, latency_median_ms = n.median, latency_max_ms = n.longest
    FROM (
        SELECT p.service_id, (m.taken_at AT TIME ZONE %(zone)s)::date AS day, count(*) AS looks,
            percentile_disc(0.5) WITHIN GROUP (ORDER BY m.latency_ms)
                FILTER (WHERE p.first AND m.outcome = 1) AS median,
            max(m.latency_ms) FILTER (WHERE p.first AND m.outcome = 1) AS longest
        FROM services_sample m JOIN (
            SELECT id, service_id, id = min(id) OVER (PARTITION BY service_id) AS first
            FROM services_probe WHERE enabled
        ) p ON p.id = m.probe_id
        WHERE m.taken_at >= %(since)s::timestamp AT TIME ZONE %(zone)s
        GROUP BY p.service_id, day
    ) n
    WHERE f.service_id = n.service_id AND f.day = n.day
"""


def roll_up(at: dt.datetime) -> int:
    """Compute the days since the last that was computed, today included; how many days that were."""
    with connection.cursor() as cursor:
        cursor.execute(BEGIN)
    last = DayFigure.objects.aggregate(last=Max("day"))["last"]
    if last is None:
        first = Service.objects.aggregate(first=Min("watched_since"))["first"]
        if first is None:
            return 0
        last = localdate(first)
    today = localdate(at)
    since = min(last, today)
    figure_days(since, today, at=at)
    return (today - since).days + 1


@transaction.atomic
def figure_days(since: dt.date, until: dt.date, *, at: dt.datetime, service_id: int | None = None) -> None:
    """Compute these days again from the rows: after a correction, or because they were not over."""
    values = {
        "zone": settings.TIME_ZONE,
        "since": since,
        "until": until,
        "at": at,
        "service": service_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(SECONDS, values)
        # Of a day of which samples are gone already, the figures stay as they are.
        oldest = localdate(localtime(at - KEEP_SAMPLES)) + dt.timedelta(days=1)
        if until >= oldest:
            cursor.execute(LATENCY, values | {"since": max(since, oldest)})
