"""A person chooses the name that the services will know them by: once, and for good."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from accounts.models import NameOnceUsed, Refused, User
from accounts.names import is_reserved, marks
from journal.models import Role
from journal.verbs import record


class NameNotFree(Refused):
    """Somebody has it, had it, or it is nobody's: which of them is not said."""


@transaction.atomic
def choose_name(person_id: int, *, name: str) -> User:
    """Give a person their user name. Raises NameNotFree, and Refused to whoever has one already.

    From then on the name is used up, whatever becomes of the account: a second owner would inherit the first one's
    letters and followers.
    """
    person = User.objects.select_for_update().get(pk=person_id)
    if person.username:
        raise Refused(gettext("Your user name is “%s” already, and it stays.") % person.username)
    known = marks(name)
    if is_reserved(name) or NameOnceUsed.objects.filter(mark__in=known).exists():
        raise NameNotFree(gettext("This name is not free. Please choose another one."))
    try:
        with transaction.atomic():
            NameOnceUsed.objects.create(mark=known[0])
    except IntegrityError as error:
        raise NameNotFree(gettext("This name is not free. Please choose another one.")) from error
    person.username = name
    person.save(update_fields=["username"])
    record("accounts.name_chosen", person, actor=person, role=Role.PERSON)
    return person
