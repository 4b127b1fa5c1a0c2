"""The yardstick: the smallest Django page that asks the database one thing and shows twenty rows. No middleware."""

import os

import environ
from django.conf import settings

settings.configure(
    DATABASES={"default": environ.Env.db_url_config(os.environ["DATABASE_URL"]) | {"CONN_MAX_AGE": 60}},
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="bare",
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [
                    (
                        "django.template.loaders.locmem.Loader",
                        {
                            "rows.html": "<!DOCTYPE html><title>Rows</title><ul>"
                            "{% for row in rows %}<li>{{ row.id }} {{ row.email }}{% endfor %}</ul>"
                        },
                    )
                ]
            },
        }
    ],
)

from django.core.wsgi import get_wsgi_application  # noqa: E402

application = get_wsgi_application()

from django.db import models  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.urls import path  # noqa: E402


class Row(models.Model):  # noqa: DJ008
    email = models.TextField()

    class Meta:
        app_label = "bare"
        managed = False
        db_table = "accounts_user"


def page(request):
    return render(request, "rows.html", {"rows": Row.objects.all()[:20]})


urlpatterns = [path("", page)]
