import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts import verbs
from accounts.bounces import LIMIT


class Command(BaseCommand):
    help = "Read one mail from standard input; a letter of ours that came back no longer counts as given."

    def handle(self, *args: Any, **options: Any) -> None:
        """Never an error: a mail server would bounce the bounce."""
        self.stdout.write(_said(verbs.take_back(sys.stdin.buffer.read(LIMIT), at=timezone.now())))


def _said(taken: verbs.TakenBack | None) -> str:
    if taken is None:
        return "No report on a letter of ours that failed; nothing to do."
    if taken.another_way:
        return f"Letter {taken.number} came back; another way is looked for."
    if taken.forgotten:
        return f"Letter {taken.number} came back; its subscriber is written to no more."
    return f"Letter {taken.number} came back; nothing depended on it."
