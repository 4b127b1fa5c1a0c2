from datetime import datetime, time
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date

from legal.starters import read
from legal.verbs import Manuscript, PublicationRefused, ensure_document, publish


class Command(BaseCommand):
    help = (
        "Publish texts of your own as the next version of a document, for instance: "
        "manage.py legal_load terms fr=cgu.md en=terms.md. The first language named is the authoritative one."
    )

    def add_arguments(self, parser):
        parser.add_argument("slug", help="the document: terms, legal-notice, technical-report, or a new name")
        parser.add_argument(
            "texts", nargs="+", metavar="LANGUAGE=FILE", help="Markdown or plain text, in UTF-8"
        )
        parser.add_argument("--title", help="where a file has no front matter with a title")
        parser.add_argument("--changes", help="one sentence on what changed, where the front matter has none")
        parser.add_argument(
            "--effective", metavar="YYYY-MM-DD", help="when it takes effect; at once by default"
        )
        parser.add_argument("--editorial", action="store_true", help="ask nobody to accept again")
        parser.add_argument(
            "--must-be-accepted",
            action="store_true",
            help="for a new document: make it part of the acceptance set",
        )

    def handle(self, *args, slug, texts, title, changes, effective, editorial, must_be_accepted, **options):
        now = timezone.now()
        try:
            manuscripts = dict(_manuscript(pair, title, changes) for pair in texts)
            ensure_document(slug, in_acceptance_set=must_be_accepted)
            version = publish(
                slug,
                manuscripts,
                authoritative=next(iter(manuscripts)),
                at=now,
                effective_at=_start_of(effective) if effective else None,
                significant=not editorial,
                every_language=False,  # a host that publishes from the console may have one language only
            )
        except PublicationRefused as refusal:
            raise CommandError(refusal) from refusal
        self.stdout.write(
            f"Published {slug}, version {version.number}, in {', '.join(manuscripts)}: "
            f"{settings.SITE_URL}{version.get_absolute_url()}"
        )


def _manuscript(pair: str, title: str | None, changes: str | None) -> tuple[str, Manuscript]:
    language, equals, name = pair.partition("=")
    if not equals:
        raise CommandError(f"Write LANGUAGE=FILE, for instance fr={pair}.")
    facts, source = read(Path(name))
    return language, Manuscript(
        title=title or facts.get("title", ""), changes=changes or facts.get("changes", ""), source=source
    )


def _start_of(day: str) -> datetime:
    try:
        date = parse_date(day)
    except ValueError:
        date = None
    if date is None:
        raise CommandError(f"“{day}” is no date. Write it as YYYY-MM-DD.")
    return timezone.make_aware(datetime.combine(date, time.min))
