"""What the portal holds of a person, kind by kind: what they get a copy of, what erasing removes, what stays and why.

Each app registers its own when it is loaded; this one also speaks for the apps below it, which know of no people.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ImproperlyConfigured
from django.db.models import BooleanField, Field, Func, Model, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Lower
from django.utils.functional import Promise, cached_property

from accounts.models import User

Words = str | Promise


@dataclass(frozen=True, kw_only=True)
class Holding:
    """One kind of row about people.

    `name` is its file in the export, `app/rows`. `rows` are those of one person, `fields` what of them is handed out.
    `erase` removes what would not go with the account by itself, and returns how many rows it touched.
    `sealed` are the fields that the law obliges the host to keep for a while after the end (see verbs.sealing).
    What is sealed needs its `owner`, the field that leads to the person. `whom` picks, of many who leave together, the
    numbers of those of whom there may be something to erase: the others are not looked at one by one.
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
    whom: Callable[["Leavers"], Collection[int]] | None = None

    def sealed_of(self, leavers: "Leavers") -> Iterable[tuple[Any, ...]]:
        """The number of the person and what of each row is sealed, in the order in which the rows were made."""
        names = [field_of(self.model, name).attname for name in (self.owner, *self.sealed)]
        rows = self.model._default_manager.filter(any_of(self.owner, leavers.numbers))
        return rows.order_by("pk").values_list(*names)


class Leavers:
    """People who leave together. What all of them are asked about is asked of the database once."""

    def __init__(self, people: Sequence[User]) -> None:
        self.people = people
        self.numbers = [person.pk for person in people]

    @cached_property
    def addresses(self) -> dict[str, set[int]]:
        """The addresses that are proved to be theirs, in lower case, and whose each is."""
        found: dict[str, set[int]] = defaultdict(set)
        verified = EmailAddress.objects.filter(any_of("user_id", self.numbers), verified=True)
        for number, address in verified.values_list("user_id", Lower("email")):
            found[address].add(number)
        return found

    def whose(self, found: Iterable[str]) -> set[int]:
        """Whose addresses are among those `found` (in lower case)."""
        return {number for address in found for number in self.addresses.get(address, ())}


def any_of(what: Combinable | str, wanted: Collection[Any]) -> Func:
    """A condition for very many values, which travel as one; `__in` writes out each."""
    return Func(
        what,
        Value(list(wanted)),
        template="%(expressions)s)",
        arg_joiner=" = ANY(",
        output_field=BooleanField(),
    )


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


def what_goes() -> dict[str, list[str]]:
    """What erasing removes and what it leaves, in sentences: each once, though several kinds of rows share some."""
    said = {"removed": [each.removed for each in holdings()], "kept": [each.kept for each in holdings()]}
    return {part: list(dict.fromkeys(str(words) for words in all_ if words)) for part, all_ in said.items()}


def addresses_of(person: User) -> list[str]:
    """The addresses that are proved to be theirs, in lower case. One that is not may be somebody else's."""
    verified = EmailAddress.objects.filter(user=person, verified=True)
    return list(verified.annotate(lower=Lower("email")).values_list("lower", flat=True))


def raw(row: Model, name: str) -> Any:
    """The bare value of a field; of another row only its number: no query for each."""
    return getattr(row, field_of(row, name).attname)


def field_of(row: Model | type[Model], name: str) -> "Field[Any, Any]":
    field = row._meta.get_field(name)
    assert isinstance(field, Field)
    return field
