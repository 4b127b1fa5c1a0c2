from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from chatons_portal.static_copy import NotOurs, export, export_if_changed


class Command(BaseCommand):
    help = (
        "Write a copy of the status pages, feeds and JSON into a folder, to be served from elsewhere: every page of it "
        "works without the portal. Only what changed is written. With STATUS_COPY_DIR set, the clock does it by itself."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, help="a new or empty one, or that of an earlier copy")
        parser.add_argument(
            "--url",
            default=settings.STATUS_COPY_URL,
            help="the address the copy is served from, for the links in feeds and JSON",
        )
        parser.add_argument(
            "--if-changed", action="store_true", help="do nothing while nothing changed, for some minutes"
        )

    def handle(self, *args, folder, url, if_changed, **options):
        try:
            written = (export_if_changed if if_changed else export)(folder, at=timezone.now(), url=url)
        except NotOurs as refusal:
            raise CommandError(refusal) from refusal
        except OSError as error:
            raise CommandError(f"{error.filename or folder}: {error.strerror}") from error
        if written is None:
            self.stdout.write(f"Nothing changed: {folder} is as it was.")
            return
        self.stdout.write(
            f"{written.files} files in {folder}: {written.changed} written, "
            f"{written.files - written.changed} as they were; {written.removed} of an earlier copy removed."
        )
