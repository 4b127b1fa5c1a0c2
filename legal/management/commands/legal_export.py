from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from legal.archive import tree, write_tree
from legal.folder import NotOurs
from legal.models import Version


class Command(BaseCommand):
    help = (
        "Write every published version into a folder, one file per document, version and language, with an index: "
        "a tree fit for a public git repository. Again changes no byte, except for what was published since."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, help="a new or empty one, or that of an earlier export")
        parser.add_argument("--dry-run", action="store_true", help="count, write nothing")

    def handle(self, *args, folder, dry_run, **options):
        now = timezone.now()
        if not Version.objects.published(now).exists():
            raise CommandError("No document is published yet: there is nothing to export.")
        try:
            written = write_tree(tree(now), folder, dry_run=dry_run)
        except NotOurs as refusal:
            raise CommandError(refusal) from refusal
        except OSError as error:
            raise CommandError(f"{error.filename or folder}: {error.strerror}") from error
        for path in written.left_alone:
            self.stdout.write(f"{folder / path} was changed by somebody: left alone.")
        self.stdout.write(
            f"{written.files} files in {folder}: {written.changed} {'to write' if dry_run else 'written'}, "
            f"{written.files - written.changed} as they were; {written.removed} of an earlier export removed."
        )
