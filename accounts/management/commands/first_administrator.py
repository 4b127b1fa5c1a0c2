from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.verbs import first_administrator_link, promote


class Command(BaseCommand):
    help = "Print a link that makes whoever opens it the first administrator; nothing once there is one."

    def add_arguments(self, parser):
        parser.add_argument(
            "--promote", metavar="ADDRESS", help="make this existing account an administrator"
        )

    def handle(self, *args, **options):
        if options["promote"]:
            try:
                promote(options["promote"])
            except User.DoesNotExist as error:
                raise CommandError(f"No account has the address {options['promote']}.") from error
            self.stdout.write(f"{options['promote']} is an administrator now.")
        elif link := first_administrator_link():
            self.stdout.write(link)
