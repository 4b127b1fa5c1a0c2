"""The catalogue is written."""

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from journal.verbs import record
from services.models import Service


@transaction.atomic
def describe_service(service: Service, *, by: AbstractBaseUser | None = None) -> Service:
    """Put a service into the catalogue, or correct what the catalogue says of it."""
    new = service.pk is None
    service.full_clean()
    service.save()
    record("services.service_added" if new else "services.service_described", service, actor=by)
    return service
