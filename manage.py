#!/usr/bin/env python
"""Django's commands, with the private servers running while they need them."""

import os
import sys
from contextlib import ExitStack


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatons_portal.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit(
            "Django is missing from this Python: run .venv/bin/python manage.py, which make install provides."
        )
    from chatons_portal.embedded import servers, trouble

    with ExitStack() as stack:
        if servers.are_not_needed(sys.argv[1:]):
            servers.placeholders()
        else:
            with trouble.in_one_sentence("var/"):
                stack.enter_context(servers.private_servers())
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
