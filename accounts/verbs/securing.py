"""The second factor, from the server's console: a way back in, and a change of keys."""

from allauth.mfa.models import Authenticator
from django.db import transaction

from accounts.models import User
from accounts.second_factor import fernet
from journal.models import Role
from journal.verbs import record
from outbox.models import Priority
from outbox.verbs import post

SECRETS = ("secret", "seed")


@transaction.atomic
def reset_second_factor(email: str) -> int:
    """Take away every second factor of whoever lost theirs; return how many. Raises User.DoesNotExist.

    The password opens the account again, and the desk asks for a new second factor. Whoever runs this has made sure
    by other means who is asking.
    """
    person = User.objects.select_for_update().get(email=email.lower())
    number, _by_model = Authenticator.objects.filter(user=person).delete()
    entry = record("accounts.second_factor_reset", person, role=Role.OPERATOR, count=number)
    post(
        "accounts_second_factor_reset",
        to=person.email,
        key=f"accounts_second_factor_reset:{entry.pk}",
        language=person.language,
        context={"when": entry.at},
        priority=Priority.URGENT,
    )
    return number


def reencrypt_second_factors() -> int:
    """Encrypt every secret with the first key; return how many rows changed. Any number of times, at any moment."""
    return sum(
        _reencrypt(pk) for pk in list(Authenticator.objects.order_by("pk").values_list("pk", flat=True))
    )


@transaction.atomic
def _reencrypt(pk: int) -> bool:
    authenticator = Authenticator.objects.select_for_update().filter(pk=pk).first()
    if authenticator is None:
        return False  # removed meanwhile
    kept = [name for name in SECRETS if name in authenticator.data]
    for name in kept:
        authenticator.data[name] = fernet().rotate(authenticator.data[name].encode()).decode()
    if kept:
        authenticator.save(update_fields=["data"])
    return bool(kept)
