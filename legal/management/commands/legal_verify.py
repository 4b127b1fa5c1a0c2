from django.core.management.base import BaseCommand, CommandError

from legal.verification import verify


class Command(BaseCommand):
    help = (
        "Compute every hash of the published documents anew, and of what was accepted. "
        "Names each row that was tampered with, and ends with 1 if there is any."
    )

    def add_arguments(self, parser):
        parser.add_argument("--quiet", action="store_true", help="say nothing when all is well")

    def handle(self, *args, quiet, **options):
        verified = verify()
        for finding in verified.findings:
            self.stderr.write(str(finding))
        if verified.findings:
            raise CommandError(f"{len(verified.findings)} findings: what is kept is not what was published.")
        if not quiet:
            self.stdout.write(
                f"All is as it was published: {verified.documents} documents, {verified.versions} versions, "
                f"{verified.texts} texts, {verified.clauses} clauses, {verified.acceptances} acceptances."
            )
