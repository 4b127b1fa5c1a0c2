"""Who is spared although nobody saw them for a year, and why. Each app registers its own reasons when it is loaded."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Q, QuerySet
from django.utils.functional import Promise

from accounts.holdings import any_of
from accounts.models import User

Words = str | Promise


@dataclass(frozen=True)
class Sparing:
    """One reason. `people` are those accounts it holds for at a given moment; `sentence` tells them and the desk."""

    code: str
    sentence: Words
    people: Callable[[datetime], Q]


_registered: dict[str, Sparing] = {}


def register(code: str, sentence: Words, people: Callable[[datetime], Q]) -> None:
    if code in _registered:
        raise ImproperlyConfigured(f"Two reasons to spare somebody are called {code}.")
    _registered[code] = Sparing(code, sentence, people)


def reasons() -> list[Sparing]:
    return list(_registered.values())


def spared(at: datetime) -> Q:
    """Everybody whom some reason spares at this moment."""
    spared = Q(pk__in=[])
    for reason in reasons():
        spared |= reason.people(at)
    return spared


def spared_among(numbers: Collection[int], at: datetime) -> QuerySet[User, int]:
    """The numbers of those of these accounts whom some reason spares."""
    return User.objects.filter(spared(at), any_of("pk", numbers)).order_by().values_list("pk", flat=True)


def why_spared(person: User, at: datetime) -> list[Sparing]:
    return [reason for reason in reasons() if User.objects.filter(reason.people(at), pk=person.pk).exists()]
