"""What the operator may not set: a promise that could not be kept."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.utils.translation import gettext as _

from outbox.channels.webhook import key_of

PROMISED_MINUTES = 10  # clause C6


@register
def told_in_time(**_kwargs: Any) -> list[CheckMessage]:
    """The Terms promise to tell before the tenth minute; the clock needs a little time of its own."""
    if 0 <= settings.OUTAGE_TOLD_AFTER_MINUTES < PROMISED_MINUTES:
        return []
    return [
        Error(
            _("OUTAGE_TOLD_AFTER_MINUTES is %(minutes)d: interruptions would be announced too late.")
            % {"minutes": settings.OUTAGE_TOLD_AFTER_MINUTES},
            hint=_(
                "The Terms promise an announcement before ten minutes have passed. Choose 0 to 9; 5 is usual."
            ),
            id="services.E001",
        )
    ]


@register
def secret_readable(**_kwargs: Any) -> list[CheckMessage]:
    """Otherwise no webhook could be signed, and all would wait."""
    try:
        key_of(settings.WEBHOOK_SECRET)
    except ValueError:
        return [
            Error(
                _("WEBHOOK_SECRET begins with whsec_ and goes on with what is no Base64."),
                hint=_("Copy it anew, or choose a secret that begins otherwise."),
                id="services.E002",
            )
        ]
    return []


@register
def channels_complete(**_kwargs: Any) -> list[CheckMessage]:
    """A channel that is half set up stays closed, which nobody would notice."""
    channels = {
        "Mastodon": ("MASTODON_URL", "MASTODON_TOKEN"),
        "Matrix": ("MATRIX_URL", "MATRIX_TOKEN", "MATRIX_ROOM"),
        "Webhook": ("WEBHOOKS", "WEBHOOK_SECRET"),
    }
    return [
        Warning(
            _("%(channel)s stays closed: %(missing)s is empty.")
            % {"channel": channel, "missing": ", ".join(missing)},
            id="services.W001",
        )
        for channel, names in channels.items()
        if (missing := [name for name in names if not getattr(settings, name)]) and len(missing) < len(names)
    ]
