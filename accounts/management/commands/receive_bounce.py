import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts import verbs
from accounts.bounces import LIMIT, letter_that_came_back


class Command(BaseCommand):
    help = "Read one mail from standard input; a letter of ours that came back no longer counts as given."

    def handle(self, *args: Any, **options: Any) -> None:
        """Never an error: a mail server would bounce the bounce."""
        letter = letter_that_came_back(sys.stdin.buffer.read(LIMIT))
        if letter is None:
            self.stdout.write("No report on a letter of ours that failed; nothing to do.")
        elif verbs.note_bounce(letter.key, at=timezone.now()):
            self.stdout.write(f"Letter {letter.pk} came back; another way is looked for.")
        else:
            self.stdout.write(f"Letter {letter.pk} came back; nothing depended on it.")
