"""The state of the services in the shape of Atlassian's Statuspage API, version 2, which widgets and apps read.

Nothing is asked of the database here: what is given is told. Programs break on a missing key, so every one is there.
Where the shape has no word for the truth, a key of ours stands beside it: nobody knows is not `operational`.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from services.models import Announcement, Maintenance, Outage, Service, State

COMPONENT_STATUS = {
    State.UP: "operational",
    State.SUSPECT: "operational",  # not confirmed: nobody is told yet
    State.DOWN: "major_outage",
    State.RECOVERING: "major_outage",
    State.MAINTENANCE: "under_maintenance",
    State.UNKNOWN: "degraded_performance",
    State.UNWATCHED: "operational",  # as declared by the volunteers
}
WORK = "maintenance"

UNKNOWN = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""Where the shape wants a date and there is none: programs that read it break on null, and on one that moves."""

Json = dict[str, Any]


def moment(at: dt.datetime | None) -> str | None:
    return localtime(at).isoformat(timespec="milliseconds") if at else None


def address(path: str) -> str:
    return settings.SITE_URL + path


def page(updated_at: dt.datetime) -> Json:
    return {
        "id": page_id(),
        "name": settings.HOST["name"],
        "url": settings.SITE_URL,
        "time_zone": settings.TIME_ZONE,
        "updated_at": moment(updated_at),
    }


def page_id() -> str:
    return hashlib.sha256(settings.SITE_URL.encode()).hexdigest()[:12]


# ── How it is ─────────────────────────────────────────────────────────────────────────────────────


def status(services: Sequence[Service], sentence: str) -> Json:
    """How the whole host is; `sentence` is what its own page says."""
    return {"indicator": indicator([State(service.state) for service in services]), "description": sentence}


def indicator(states: Sequence[State]) -> str:
    """One word for many states: `critical` when nothing works, `major` when something does not."""
    down = sum(state in {State.DOWN, State.RECOVERING} for state in states)
    if down:
        return "critical" if down == len(states) else "major"
    if State.UNKNOWN in states:
        return "minor"
    return WORK if State.MAINTENANCE in states else "none"


def component(service: Service) -> Json:
    began = dt.datetime.combine(service.began_on, dt.time(), dt.UTC) if service.began_on else UNKNOWN
    return {
        "id": service.slug,
        "name": service.name,
        "status": COMPONENT_STATUS[State(service.state)],
        "state": service.state,
        "looked_at": moment(service.looked_at),
        "created_at": moment(began),
        "updated_at": moment(service.interrupted_since or service.looked_at or began),
        "position": service.position,
        "description": service.purpose or None,
        "showcase": True,
        "start_date": service.began_on.isoformat() if service.began_on else None,
        "group_id": f"group-{service.group}",
        "page_id": page_id(),
        "group": False,
        "only_show_if_degraded": False,
    }


def components(services: Sequence[Service]) -> list[Json]:
    """Each group before its services, as the shape has it."""
    told: list[Json] = []
    for place, group in enumerate(dict.fromkeys(service.group for service in services), start=1):
        members = [service for service in services if service.group == group]
        told.append(_group(group, members, place))
        told += [component(service) for service in members]
    return told


def _group(group: str, members: Sequence[Service], place: int) -> Json:
    worst = {"none": "operational", "minor": "degraded_performance", WORK: "under_maintenance"}
    worst |= {"major": "partial_outage", "critical": "major_outage"}
    changes = [service.interrupted_since or service.looked_at or UNKNOWN for service in members]
    return {
        "id": f"group-{group}",
        "name": members[0].get_group_display(),
        "status": worst[indicator([State(service.state) for service in members])],
        "created_at": moment(UNKNOWN),
        "updated_at": moment(max(changes)),
        "position": place,
        "description": None,
        "showcase": False,
        "start_date": None,
        "group_id": None,
        "page_id": page_id(),
        "group": True,
        "components": [service.slug for service in members],
        "only_show_if_degraded": False,
    }


# ── What happened ─────────────────────────────────────────────────────────────────────────────────

UPDATE_STATUS = {"begin": "investigating", "end": "resolved", "post_mortem": "postmortem"}


def incident(
    outage: Outage, told: Sequence[Announcement], affected: Sequence[Json], impact: str, at: dt.datetime
) -> Json:
    """One interruption with what was `told` of it, oldest first; `affected` are components, its own included."""
    number = f"interruption-{outage.pk}"
    updates = [
        _update(number, one.pk, UPDATE_STATUS.get(one.kind, "identified"), one, affected) for one in told
    ]
    states = {update["status"] for _at, update in updates}
    over = outage.ended_at if outage.ended_at and outage.ended_at <= at else None
    # Programs read the first update without asking whether there is one.
    if "investigating" not in states:
        updates.append(_silent(number, "investigating", outage.summary, outage.started_at, affected))
    if over and "resolved" not in states:
        unseen = _("Since then nobody has looked: whether it works again is not known.")
        updates.append(_silent(number, "resolved", unseen if outage.unseen_end else "", over, affected))
    newest_first = _in_order(updates)
    state = "postmortem" if "postmortem" in states else "resolved"
    begun = next((one for one in told if one.kind == "begin"), told[0] if told else None)
    return {
        "id": number,
        "name": begun.title if begun else _("Interruption of %(service)s") % {"service": outage.service},
        "status": state if over else newest_first[0]["status"],
        "created_at": moment(outage.started_at),
        "updated_at": moment(max([at for at, _update in updates] + [one.changed_at for one in told])),
        "monitoring_at": None,
        "resolved_at": moment(over),
        "impact": impact,
        "shortlink": address(outage.get_absolute_url()),
        "started_at": moment(outage.started_at),
        "page_id": page_id(),
        "incident_updates": newest_first,
        "components": list(affected),
    }


def scheduled(
    work: Maintenance, told: Sequence[Announcement], affected: Sequence[Json], at: dt.datetime
) -> Json:
    """One planned maintenance, as the shape has it: an incident with two dates more."""
    number = f"{WORK}-{work.pk}"
    state = "scheduled"
    until = work.finished_at or work.ends_at
    if at >= work.starts_at:
        state = "completed" if at >= until else "in_progress"
    names = {"begin": "in_progress", "update": "in_progress", "end": "completed", "post_mortem": "completed"}
    updates = [_update(number, one.pk, names.get(one.kind, "scheduled"), one, affected) for one in told]
    if not updates:
        updates = [_silent(number, state, work.text or work.title, work.published_at, affected)]
    return {
        "id": number,
        "name": work.title,
        "status": state,
        "created_at": moment(work.published_at),
        "updated_at": moment(max(work.changed_at, work.published_at)),
        "monitoring_at": None,
        "resolved_at": moment(until) if state == "completed" else None,
        "impact": WORK,
        "shortlink": address(work.get_absolute_url()),
        "started_at": moment(work.starts_at),
        "page_id": page_id(),
        "incident_updates": _in_order(updates),
        "components": list(affected),
        "scheduled_for": moment(work.starts_at),
        "scheduled_until": moment(work.ends_at),
    }


Dated = tuple[dt.datetime, Json]


def _in_order(updates: Sequence[Dated]) -> list[Json]:
    """The newest first."""
    return [update for _at, update in sorted(updates, key=lambda each: each[0], reverse=True)]


def _update(number: str, key: int, state: str, one: Announcement, affected: Sequence[Json]) -> Dated:
    at, told = _told(number, f"announcement-{key}", state, one.text or one.title, one.published_at, affected)
    return at, told | {"updated_at": moment(one.changed_at)}


def _silent(number: str, state: str, body: str, at: dt.datetime, affected: Sequence[Json]) -> Dated:
    """What happened without being announced, or before it was."""
    said = body or (_("It works again.") if state == "resolved" else _("It does not work."))
    return _told(number, f"{number}-{state}", state, said, at, affected)


def _told(number: str, key: str, state: str, body: str, at: dt.datetime, affected: Sequence[Json]) -> Dated:
    return at, {
        "id": key,
        "status": state,
        "body": body,
        "incident_id": number,
        "created_at": moment(at),
        "updated_at": moment(at),
        "display_at": moment(at),
        "affected_components": [_affected(each, state) for each in affected],
        "deliver_notifications": True,
        "custom_tweet": None,
        "tweet_id": None,
    }


BECAME = {
    "investigating": ("operational", "major_outage"),
    "identified": ("operational", "major_outage"),
    "resolved": ("major_outage", "operational"),
    "postmortem": ("major_outage", "operational"),
    "scheduled": ("operational", "operational"),
    "in_progress": ("operational", "under_maintenance"),
    "completed": ("under_maintenance", "operational"),
}


def _affected(each: Json, state: str) -> Json:
    old, new = BECAME[state]
    return {"code": each["id"], "name": each["name"], "old_status": old, "new_status": new}


def impact_of(outages: Iterable[Outage], listed: int) -> str:
    """`critical` when it took everything with it."""
    return "critical" if len({outage.service_id for outage in outages}) >= listed > 1 else "major"
