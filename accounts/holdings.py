"""What the portal holds of a person, kind by kind: what they get a copy of, what erasing removes, what stays and why.

Each app registers its own when it is loaded; this one also speaks for the apps below it, which know of no people.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Field, Model, QuerySet
from django.db.models.functions import Lower
from django.utils.functional import Promise

from accounts.models import User

Words = str | Promise


@dataclass(frozen=True, kw_only=True)
class Holding:
    """One kind of row about people.

    `name` is its file in the export, `app/rows`. `rows` are those of one person, `fields` what of them is handed out.
    `erase` removes what would not go with the account by itself, and returns how many rows it touched.
    `sealed` are the fields that the law obliges the host to keep for a while after the end (see verbs.sealing).
    What is sealed needs its `owner`, the field that leads to the person. `whom` picks, of many people, the numbers of
    those of whom there may be something to erase: the others are not looked at one by one.
    `removed` and `kept` are said to the person: what goes, and what stays and why.
    """

    name: str
    title: Words
    model: type[Model]
    rows: Callable[[User], QuerySet[Any]]
    fields: tuple[str, ...]
    erase: Callable[[User, datetime], int] | None = None
    removed: Words = ""
    kept: Words = ""
    sealed: tuple[str, ...] = ()
    owner: str = ""
    whom: Callable[[Sequence[User]], Collection[int]] | None = None

    def rows_of(self, people: Sequence[User]) -> QuerySet[Any]:
        """Those of many people at once, in the order they were made."""
        rows: QuerySet[Any] = self.model._default_manager.filter(
            **{f"{self.owner}__in": [p.pk for p in people]}
        )
        return rows.order_by("pk")


_registered: dict[str, Holding] = {}


def register(*more: Holding) -> None:
    for holding in more:
        if holding.name in _registered:
            raise ImproperlyConfigured(f"Two holdings are called {holding.name}.")
        if not (holding.removed or holding.kept):
            raise ImproperlyConfigured(f"{holding.name} says neither what is removed nor what is kept.")
        _registered[holding.name] = holding


def holdings() -> list[Holding]:
    """The account first, then the others in the order in which their apps were loaded."""
    return sorted(_registered.values(), key=lambda holding: not holding.name.startswith("accounts/"))


def addresses_of(person: User) -> list[str]:
    """The addresses that are proved to be theirs, in lower case. One that is not may be somebody else's."""
    verified = EmailAddress.objects.filter(user=person, verified=True)
    return list(verified.annotate(lower=Lower("email")).values_list("lower", flat=True))


def verified_addresses(people: Sequence[User]) -> list[tuple[int, str]]:
    """Account number and address, in lower case, of many at once."""
    verified = EmailAddress.objects.filter(user__in=[person.pk for person in people], verified=True)
    return list(verified.annotate(lower=Lower("email")).values_list("user_id", "lower"))


def owners(people: Sequence[User], found: Iterable[str]) -> set[int]:
    """Whose confirmed addresses are among those `found` (in lower case)."""
    wanted = set(found)
    return {number for number, address in verified_addresses(people) if address in wanted}


def raw(row: Model, name: str) -> Any:
    """The bare value of a field; of another row only its number: no query for each."""
    return getattr(row, field_of(row, name).attname)


def field_of(row: Model, name: str) -> "Field[Any, Any]":
    field = row._meta.get_field(name)
    assert isinstance(field, Field)
    return field
