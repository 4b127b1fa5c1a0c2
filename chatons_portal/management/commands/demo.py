from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from chatons_portal.demo import RealHost, fill


class Command(BaseCommand):
    help = "Fill the portal with a believable host to look at: services, documents, people, tickets, interruptions."

    def add_arguments(self, parser):
        parser.add_argument("--force", action="store_true", help="even where real people have accounts")

    def handle(self, *args, force, **options):
        refuse_old_tables()
        try:
            made = fill(at=timezone.now(), force=force)
        except RealHost as refusal:
            raise CommandError(
                "Real people have accounts here, and a demonstration would mix with them. "
                "Use an empty database, or --force if that is what you want."
            ) from refusal
        if made is None:
            self.stdout.write("The demonstration is there already; nothing was changed.")
            return
        for what, count in made.counts.items():
            self.stdout.write(f"{count:5d} {what}")
        self.stdout.write("\nSign in to look around (these passwords are shown this once):")
        for email, password, what_for in made.sign_ins:
            self.stdout.write(f"  {email}  {password}  {what_for}")
        for email, key, codes in made.second_factors:
            self.stdout.write(f"  The desk asks {email} for a code as well: one of these, each works once,")
            self.stdout.write(f"    {' '.join(codes)}")
            self.stdout.write(f"    or what an app for one-time codes shows that was given the key {key}")
        self.stdout.write("\nWhat people see of their own ticket:")
        for link in made.private_links:
            self.stdout.write(f"  {settings.SITE_URL}{link}")


def refuse_old_tables() -> None:
    """Whether they are not there yet or those of an earlier portal; migrating is not for a demonstration to decide."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CommandError(
            "The tables of this database are missing, or those of an earlier version. "
            "Run “manage.py migrate” first, or “make demo”, which does."
        )
