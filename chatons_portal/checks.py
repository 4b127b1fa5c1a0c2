"""The documents that come with the portal quote days that are settings: who changes one hears what is wrong then."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register

QUOTED = {
    "ACCOUNT_UNCONFIRMED_DAYS": (7, "sign-ups that were never confirmed are erased after seven days"),
    "ACCOUNT_CLOSING_DAYS": (14, "a closed account is erased fourteen days later"),
    "ACCOUNT_EXPORT_KEEP_DAYS": (7, "copies of data are kept for seven days"),
    "SEALED_ACCOUNT_DAYS": (365, "what was given at sign-up is kept for one year after the end"),
    "OUTBOX_KEEP_SENT_DAYS": (90, "the kind and dates of letters are erased after three months"),
}
"""In the section `retention` of the legal notice: exactly so many days. Those of the Terms: see accounts.checks."""
AT_MOST = {
    "DESK_FORGETS_AFTER_DAYS": (
        365,
        "words and names of tickets are erased one year at most after they are closed",
    ),
    "DESK_FORGETS_SPAM_AFTER_DAYS": (365, "the same of unwanted messages"),
}


@register(Tags.compatibility)
def days_as_the_documents_say(app_configs: Any, **_more: Any) -> list[CheckMessage]:
    wrong = [
        f"{name} is {getattr(settings, name)}; it says: {words}."
        for name, (days, words) in QUOTED.items()
        if getattr(settings, name) != days
    ]
    wrong += [
        f"{name} is {getattr(settings, name)}; it says: {words}."
        for name, (days, words) in AT_MOST.items()
        if getattr(settings, name) > days
    ]
    if not wrong:
        return []
    return [
        Warning(
            "The legal notice that comes with the portal says something else than the settings. "
            + " ".join(wrong),
            hint="Publish a legal notice that says what you do (section “retention”), then silence this warning: "
            "SILENCED_SYSTEM_CHECKS=portal.W001.",
            id="portal.W001",
        )
    ]
