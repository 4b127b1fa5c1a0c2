"""Settings of the prober that cannot be meant are refused at start-up."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from services.models import Protocol
from services.probing import targets


@register
def prober(app_configs: Any, **_more: Any) -> list[CheckMessage]:
    wrong: list[CheckMessage] = []
    for address in settings.PROBE_CANARIES:
        protocol = Protocol.HTTP if "://" in address else Protocol.TCP
        try:
            targets.check(protocol, address, "", inside=True)
        except ValueError as refusal:
            wrong.append(Error(f"PROBE_CANARIES has “{address}”: {refusal}", id="services.E010"))
    if settings.PROBE_CA_FILE and not Path(settings.PROBE_CA_FILE).is_file():
        wrong.append(
            Error(f"PROBE_CA_FILE is {settings.PROBE_CA_FILE}: there is no such file.", id="services.E011")
        )
    return wrong
