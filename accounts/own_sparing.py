"""Whom this app spares from the inactivity purge."""

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Hold
from accounts.sparing import register


def register_own() -> None:
    register(
        "volunteer",
        _("Whoever works the desk is spared."),
        lambda at: Q(is_staff=True) | Q(is_superuser=True),
    )
    register(
        "shut",
        _("An account that may not sign in cannot give a sign of life."),
        lambda at: Q(is_active=False),
    )
    register("closing", _("Its owner is closing it."), lambda at: Q(closes_at__isnull=False))
    register(
        "hold",
        _("A volunteer holds it out of the clock’s reach."),
        lambda at: Q(Exists(Hold.objects.standing(at).filter(person=OuterRef("pk")))),
    )
