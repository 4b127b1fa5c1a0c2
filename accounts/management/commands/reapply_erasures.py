from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.models import Notice, User
from accounts.verbs import come_back, reapply_erasures


class Command(BaseCommand):
    help = (
        "After a backup was restored: erase once more the accounts that had been erased since it was made, and begin "
        "anew with the notices of unused accounts and with closings: whoever was seen since then, or changed their "
        "mind, must not be taken by surprise."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="only say how many there are")

    def handle(self, *args, **options):
        if options["dry_run"]:
            self.stdout.write(f"{len(list(come_back()))} accounts would be erased again.")
            leaving = User.objects.filter(closes_at__isnull=False).count()
            self.stdout.write(f"{Notice.objects.count()} notices and {leaving} closings would begin anew.")
            return
        done = reapply_erasures(timezone.now())
        self.stdout.write(f"{done.erased} accounts erased again.")
        self.stdout.write(f"{done.notices} notices and {done.closings} closings begin anew.")
        if done.only_administrator:
            self.stdout.write(
                "The account of somebody who had left is the only administrator of this backup, and stays: make "
                "somebody else administrator (manage.py first_administrator --promote), then run this again."
            )
