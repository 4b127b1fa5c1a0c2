from django.db import migrations

from journal.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_entries")]

    operations = [append_only("journal_entry")]
