"""What is wrong with a probe, before it has looked."""

from django.conf import settings
from django.utils.translation import gettext as _

from services.models import Probe, Protocol
from services.probing import expectations, targets

OF_A_WEB_PAGE = ("expects_status", "expects_json")


def of(probe: Probe) -> dict[str, str]:
    """By field, a sentence that says what to write instead."""
    wrong: dict[str, str] = {}

    def check(field: str, reads: object, *arguments: object, **more: object) -> None:
        try:
            reads(*arguments, **more)  # type: ignore[operator]
        except ValueError as refusal:
            wrong[field] = str(refusal)

    check(
        "target",
        targets.check,
        probe.protocol,
        probe.target,
        probe.security,
        inside=may_look_inside(probe),
    )
    if probe.expects_status:
        check("expects_status", expectations.statuses, probe.expects_status)
    if probe.expects_json:
        check("expects_json", expectations.assertion, probe.expects_json)
    if probe.protocol != Protocol.HTTP:
        for field in OF_A_WEB_PAGE:
            if getattr(probe, field):
                wrong[field] = _("Only a web page answers with this; leave it empty.")
        if probe.expects_text and probe.protocol != Protocol.DNS:
            wrong["expects_text"] = _("Only web pages and names answer with a text; leave it empty.")
    elif probe.http_version == "2" and probe.target.lower().startswith("http:"):
        wrong["http_version"] = _("HTTP/2 is spoken over https:// only.")
    if (
        probe.timeout_seconds is not None
        and probe.interval_seconds is not None
        and probe.timeout_seconds >= probe.interval_seconds
    ):
        wrong["timeout_seconds"] = _("A probe waits for less time than passes between two looks.")
    if probe.resolver and not may_look_inside(probe) and targets.is_private(probe.resolver):
        wrong["resolver"] = targets.refusal(probe.resolver)
    return wrong


def may_look_inside(probe: Probe) -> bool:
    slug = probe.service.slug if probe.service_id else ""
    return "*" in settings.PROBE_INSIDE or slug in settings.PROBE_INSIDE
