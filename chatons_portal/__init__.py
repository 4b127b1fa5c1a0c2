"""The roof: settings, addresses, Celery and the pages that belong to no app."""

from chatons_portal.celery import app as celery_app

__all__ = ["celery_app"]
__version__ = "0.1.0"
