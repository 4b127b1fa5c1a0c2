"""Looks are claimed, kept, judged, and forgotten."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from services.judging import Known, judge
from services.models import Sample
from services.probing.looks import Look, Seen

KEEP_SAMPLES = dt.timedelta(days=7)
# A claim is free again so long after the look should have ended, if nobody says what it saw.
LEASE_SECONDS = 45

# What is due later, or claimed for longer, than can be, was written by a clock that was wrong.
CLAIM = """
    WITH due AS (
        SELECT w.probe_id FROM services_watch w JOIN services_probe p ON p.id = w.probe_id
        WHERE p.enabled
            AND (w.due_at <= %(at)s OR w.due_at > %(at)s + make_interval(secs => p.interval_seconds + %(lease)s))
            AND (w.claimed_until IS NULL OR w.claimed_until <= %(at)s
                OR w.claimed_until > %(at)s + make_interval(secs => p.timeout_seconds + 2 * %(lease)s))
        ORDER BY w.due_at LIMIT %(limit)s FOR UPDATE OF w SKIP LOCKED
    )
    UPDATE services_watch w
    SET claimed_until = %(at)s + make_interval(secs => p.timeout_seconds + %(lease)s)
    FROM services_probe p JOIN services_service s ON s.id = p.service_id
    WHERE w.probe_id = p.id AND p.id IN (SELECT probe_id FROM due)
    RETURNING p.id, p.protocol, p.target, p.timeout_seconds, p.expects_status, p.expects_text, p.expects_json,
        p.follows_redirects, p.http_version, p.security, p.record_type, host(p.resolver), s.slug, p.interval_seconds,
        w.judgement, w.judged_since, w.contrary, w.contrary_since, w.looked_at, w.known_until, w.began_at,
        w.certificate_ends_at IS NULL, w.claimed_until
"""
ASKED = (
    "number",
    "protocol",
    "target",
    "timeout_seconds",
    "expects_status",
    "expects_text",
    "expects_json",
    "follows_redirects",
    "http_version",
    "security",
    "record_type",
    "resolver",
)
# What another worker has taken over meanwhile is not ours to say any more.
KEEP = """
    UPDATE services_watch w SET
        judgement = n.judgement, judged_since = n.judged_since, contrary = n.contrary,
        contrary_since = n.contrary_since, looked_at = n.looked_at, known_until = n.known_until,
        outcome = n.outcome, reason = n.reason, words = n.words, latency_ms = n.latency_ms,
        certificate_ends_at = coalesce(n.certificate_ends_at, w.certificate_ends_at),
        overruled_at = CASE WHEN n.judgement = 'up' THEN NULL ELSE w.overruled_at END,
        due_at = n.due_at, claimed_until = NULL
    FROM unnest(
        %s::bigint[], %s::timestamptz[], %s::text[], %s::timestamptz[], %s::int[], %s::timestamptz[], %s::timestamptz[],
        %s::timestamptz[], %s::int[], %s::text[], %s::text[], %s::int[], %s::timestamptz[], %s::timestamptz[]
    ) AS n(probe_id, claimed_until, judgement, judged_since, contrary, contrary_since, looked_at,
        known_until, outcome, reason, words, latency_ms, certificate_ends_at, due_at)
    WHERE w.probe_id = n.probe_id AND w.claimed_until = n.claimed_until
    RETURNING w.probe_id
"""


@dataclass(slots=True)
class Claim:
    """A look that is this worker's to take, and what was known before."""

    look: Look
    known: Known
    until: dt.datetime


@transaction.atomic
def claim_looks(at: dt.datetime, *, limit: int) -> list[Claim]:
    """Take at most `limit` looks that are due; nobody else takes them until they are kept, or should long have been."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"at": at, "limit": limit, "lease": LEASE_SECONDS})
        return [_claimed(row, at) for row in cursor.fetchall()]


def _claimed(row: Sequence[Any], at: dt.datetime) -> Claim:
    asked = dict(zip(ASKED, row, strict=False))
    slug, interval = row[12:14]
    judgement, judged_since, contrary, contrary_since, looked_at, known_until, *rest = row[14:]
    began_at, has_no_certificate, claimed_until = rest
    look = Look(
        **asked,
        inside="*" in settings.PROBE_INSIDE or slug in settings.PROBE_INSIDE,
        reads_certificate=has_no_certificate or looked_at is None or _another_hour(looked_at, at),
    )
    known = Known(
        look.number,
        dt.timedelta(seconds=interval),
        dt.timedelta(seconds=look.timeout_seconds),
        judgement,
        judged_since,
        contrary,
        contrary_since,
        looked_at,
        known_until,
        began_at=began_at,
    )
    return Claim(look, known, claimed_until)


def _another_hour(before: dt.datetime, at: dt.datetime) -> bool:
    return before.timestamp() // 3600 != at.timestamp() // 3600


@transaction.atomic
def keep_looks(looks: Sequence[tuple[Claim, Seen]]) -> set[int]:
    """Write down what was seen and what is known by it, all at once. Returns the probes whose judgement changed.

    A look whose claim ran out is left to whoever claimed it since.
    """
    judged = {claim.known.probe_id: (claim, seen, judge(claim.known, seen)) for claim, seen in looks}
    if not judged:
        return set()
    rows = [
        (
            known.probe_id,
            claim.until,
            str(known.judgement),
            known.judged_since,
            known.contrary,
            known.contrary_since,
            known.looked_at,
            known.known_until,
            int(seen.outcome),
            str(seen.reason),
            seen.words,
            seen.latency_ms,
            seen.certificate_ends_at,
            known.due_at,
        )
        for claim, seen, known in judged.values()
    ]
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [list(column) for column in zip(*rows, strict=True)])
        kept = {row[0] for row in cursor.fetchall()}
        with cursor.copy(
            "COPY services_sample (probe_id, taken_at, outcome, reason, latency_ms) FROM STDIN"
        ) as copy:
            for number in kept:
                _claim, seen, _known = judged[number]
                copy.write_row(
                    (number, seen.started_at, int(seen.outcome), str(seen.reason), seen.latency_ms)
                )
        gaps = [(number, *gap) for number in kept if (gap := _gap(*judged[number]))]
        if gaps:
            with cursor.copy("COPY services_gap (probe_id, started_at, ended_at) FROM STDIN") as copy:
                for row in gaps:
                    copy.write_row(row)
    return {number for number in kept if judged[number][0].known.judgement != judged[number][2].judgement}


def _gap(claim: Claim, seen: Seen, known: Known) -> tuple[dt.datetime, dt.datetime] | None:
    """Closed by the first look that knows again."""
    return claim.known.gap_before(seen.started_at) if known.looked_at == seen.started_at else None


def forget_samples(at: dt.datetime) -> int:
    """Remove what looks saw more than a week ago; how many there were. Their days keep their figures."""
    count, _each = Sample.objects.filter(taken_at__lt=at - KEEP_SAMPLES).delete()
    return count
