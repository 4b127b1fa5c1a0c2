"""The door for WSGI servers."""

import os

from django.core.wsgi import get_wsgi_application

from chatons_portal.charsets import WithoutOddCharsets

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatons_portal.settings")

application = WithoutOddCharsets(get_wsgi_application())
