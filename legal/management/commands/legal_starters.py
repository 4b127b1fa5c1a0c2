from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from legal.starters import publish_starters
from legal.verbs import PublicationRefused


class Command(BaseCommand):
    help = "Publish the starter documents for every kind that has no version yet."

    def handle(self, *args, **options):
        try:
            versions = publish_starters(at=timezone.now())
        except PublicationRefused as refusal:
            raise CommandError(refusal) from refusal
        for version in versions:
            self.stdout.write(f"Published {version.document.slug}, version {version.number}.")
