from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, no_translations
from django.utils import timezone

from accounts import verbs
from accounts.forecast import next_steps


class Command(BaseCommand):
    help = "Look at accounts nobody uses: write, disable, erase what is due today; with --dry-run, say what would be."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="change nothing")

    @no_translations  # one language in what it prints; letters have that of their reader
    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["dry_run"]:
            self.tell_what_is_due(now)
        else:
            self.run(now)

    def run(self, now: datetime) -> None:
        if not settings.INACTIVITY_PURGE:
            raise CommandError("The purge is switched off: INACTIVITY_PURGE is false.")
        run = verbs.purge(now)
        while run and run.ended_at is None:
            run = verbs.purge(now)
        if run is None:
            self.stdout.write("Today's run is done already; nothing more was done.")
        elif run.brake:
            raise CommandError(
                f"Stopped: {run.get_brake_display()}. Nothing more is done until a volunteer releases it at "
                f"{settings.SITE_URL}/desk/accounts/purgerun/forecast/."
            )
        else:
            done = ", ".join(f"{number} {word}" for word, number in sorted(run.done.items()))
            self.stdout.write(self.style.SUCCESS(f"Done: {done or 'nothing was due'}."))

    def tell_what_is_due(self, now: datetime) -> None:
        """A line for each account of which something is due; by number, as everywhere."""
        due = verbs.count_due(now)
        self.stdout.write(f"{'account':>9}  {'last seen':10}  step")
        for person_id, last_seen_at, step in next_steps(now):
            self.stdout.write(f"{person_id:9}  {last_seen_at:%Y-%m-%d}  {step}")
        self.stdout.write(
            f"{due['notice']} first letters, {due['remind']} further letters, {due['disable']} to disable, "
            f"{due['erase']} to erase; {due['unused']} of {due['accounts']} accounts look unused or are under notice."
        )
        for brake in verbs.brakes(now, due):
            self.stdout.write(self.style.WARNING(f"The run would be stopped: {brake}."))
