from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.verbs import come_back, reapply_erasures


class Command(BaseCommand):
    help = "After a backup was restored: erase once more the accounts that had been erased since it was made."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="only say how many there are")

    def handle(self, *args, **options):
        if options["dry_run"]:
            self.stdout.write(f"{len(list(come_back()))} accounts would be erased again.")
        else:
            self.stdout.write(f"{reapply_erasures(timezone.now())} accounts erased again.")
