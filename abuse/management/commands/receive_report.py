import json
import os
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from abuse.mail import understand
from abuse.verbs.receiving import LARGEST_KEPT, receive
from accounts.verbs import take_back

READ_AT_MOST = LARGEST_KEPT + 1


class Command(BaseCommand):
    help = (
        "Take in one mail that reports abuse, from standard input: for the mail server to pipe into. "
        "See docs/reports-by-mail.md."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "--explain",
            metavar="FILE",
            help="file nothing; print as JSON what the mail in FILE (- for standard input) was understood to say",
        )
        parser.add_argument(
            "--sender", help="the address on the envelope, as the mail server has it; empty for none"
        )

    def handle(self, *args, explain, sender, **options):
        if explain is not None:
            self.stdout.write(
                json.dumps(understand(self._file(explain)).explained(), ensure_ascii=False, indent=2)
            )
            return
        raw = sys.stdin.buffer.read(READ_AT_MOST)
        while sys.stdin.buffer.read(1 << 20):
            pass  # the rest is read past, or the mail server would see the pipe break
        try:
            # Ours that comes back is no report of abuse: it is read as what it is, and becomes no ticket.
            if ours := take_back(raw, at=timezone.now()):
                self.stdout.write(f"letter {ours.number} of ours came back")
                return
            ticket, new = receive(raw, at=timezone.now(), sender=sender)
        except Exception as error:
            # The mail server keeps the mail and tries again, whatever is wrong here: nothing is lost meanwhile.
            self.stderr.write(f"Not taken in ({type(error).__name__}: {error}). Try again later.")
            sys.exit(os.EX_TEMPFAIL)
        self.stdout.write(f"{ticket.number}" if new else f"{ticket.number} had this mail already")

    def _file(self, name: str) -> bytes:
        if name == "-":
            return sys.stdin.buffer.read(READ_AT_MOST)
        try:
            with Path(name).open("rb") as file:
                return file.read(READ_AT_MOST)
        except OSError as error:
            raise CommandError(f"{name} cannot be read: {error.strerror}.") from error
