from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from legal.archive import files_of
from legal.editions import Edition, Wishes, editions_in, instant
from legal.frontmatter import read
from legal.history import history_of, paired
from legal.verbs import PublicationRefused, import_editions
from legal.writing import WritingError


class Command(BaseCommand):
    help = (
        "Bring documents in: Markdown files (manage.py legal_import cgu.md terms.md), the folder of an export "
        "(manage.py legal_import FOLDER), or what a git repository remembers (manage.py legal_import "
        "--git PATH --file terms.md --kind terms --lang en). All of it or nothing; twice changes nothing. "
        "What has no date is published now, as from the desk. What has one is kept as history: nobody is written to."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "paths", nargs="*", type=Path, metavar="PATH", help="files, or the folder of an export"
        )
        parser.add_argument("--git", type=Path, metavar="PATH", help="a git repository")
        parser.add_argument(
            "--file", action="append", default=[], help="with --git: the file, from the repository's top"
        )
        parser.add_argument("--kind", default="", help="terms, legal-notice, technical-report, or a new name")
        parser.add_argument(
            "--lang",
            action="append",
            default=[],
            help="the language of each file, in their order; the first is authoritative",
        )
        parser.add_argument("--title", default="", help="where a file gives none")
        parser.add_argument(
            "--changes", default="", help="one sentence on what changed, where a file has none"
        )
        parser.add_argument(
            "--effective", metavar="YYYY-MM-DD", help="when it takes effect, where a file does not say"
        )
        asking = parser.add_mutually_exclusive_group()
        asking.add_argument(
            "--significant",
            action="store_true",
            default=None,
            help="everybody accepts again; so it is without date",
        )
        asking.add_argument(
            "--editorial",
            action="store_false",
            default=None,
            dest="significant",
            help="nobody does; so it is in history",
        )
        parser.add_argument(
            "--must-be-accepted",
            action="store_true",
            default=None,
            help="a new document becomes part of the acceptance set",
        )
        parser.add_argument(
            "--verbatim", action="store_true", help="leave {{ names }} as they are: they are not the portal's"
        )
        parser.add_argument(
            "--committer-date", action="store_true", help="with --git: the committer's date, not the author's"
        )
        parser.add_argument("--dry-run", action="store_true", help="try it all, keep nothing")

    def handle(self, *args, dry_run, **options):
        try:
            editions = self.editions(**options)
            with transaction.atomic():
                imported = import_editions(editions, at=timezone.now())
                for version in imported.kept:
                    self.stdout.write(
                        f"{version.document.slug}, version {version.number}, published on "
                        f"{version.published_at:%Y-%m-%d}: {settings.SITE_URL}{version.get_absolute_url()}"
                    )
                transaction.set_rollback(dry_run)
        except (PublicationRefused, WritingError) as refusal:
            raise CommandError(f"{refusal}\n{_('Nothing was imported.')}") from refusal
        self.stdout.write(
            f"{'Would import' if dry_run else 'Imported'} {_count(len(imported.kept), 'version')}; "
            f"{imported.already_there} already there, {imported.unchanged} without any change of the text."
        )

    def editions(
        self, *, paths, git, file, kind, lang, title, changes, effective, significant, must_be_accepted, verbatim,
        committer_date, **options,
    ) -> list[Edition]:  # fmt: skip
        """Raises WritingError."""
        try:
            effective_at = instant(effective) if effective else None
        except ValueError as error:
            raise CommandError(error) from error
        wishes = Wishes(
            kind=kind,
            title=title,
            changes=changes,
            effective_at=effective_at,
            significant=significant,
            in_acceptance_set=must_be_accepted,
            verbatim=verbatim,
        )
        if git:
            if paths or not kind:
                raise CommandError("Write: --git PATH --file FILE --kind KIND --lang LANGUAGE.")
            history = history_of(git, paired(file, lang), wishes, by_committer_date=committer_date)
            for remark in history.remarks:
                self.stdout.write(remark)
            return history.editions
        if file or committer_date:
            raise CommandError("--file and --committer-date go with --git.")
        if not paths:
            raise CommandError("Name a file, the folder of an export, or --git PATH.")
        if len(paths) == 1 and paths[0].is_dir():
            return editions_in([("", sheet) for sheet in files_of(paths[0])], wishes)
        if lang and len(lang) != len(paths):
            raise CommandError("Give one --lang for each file, in the same order, or none.")
        return editions_in(
            [(language, read(path)) for language, path in zip(lang or [""] * len(paths), paths, strict=True)],
            wishes,
        )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
