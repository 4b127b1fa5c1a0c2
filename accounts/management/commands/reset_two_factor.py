from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.verbs import reset_second_factor


class Command(BaseCommand):
    help = "Take away the second factor of somebody who lost it and the recovery codes. Make sure first who is asking."

    def add_arguments(self, parser):
        parser.add_argument("address", help="the e-mail address of the account")

    def handle(self, *args, address, **options):
        try:
            number = reset_second_factor(address)
        except User.DoesNotExist as error:
            raise CommandError(f"No account has the address {address}.") from error
        self.stdout.write(f"{number} removed. The password alone opens the account of {address} now.")
