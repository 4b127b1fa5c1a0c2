from django.core.management.base import BaseCommand

from accounts.verbs import reencrypt_second_factors


class Command(BaseCommand):
    help = "Encrypt the secrets of all second factors with the first of MFA_ENCRYPTION_KEYS; then older keys can go."

    def handle(self, *args, **options):
        self.stdout.write(f"{reencrypt_second_factors()} encrypted with the first key.")
