"""A volunteer looks at somebody's record: with a reason, and not unseen."""

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from journal.models import Entry, Role
from journal.verbs import record

LOOKED_AT = "accounts.looked_at"
GOOD_FOR = timedelta(hours=1)


class Why(models.TextChoices):
    """Clause C2: personal data is looked at for these reasons and no other."""

    HELP = "help", _("you asked for help")
    ABUSE = "abuse", _("a report of abuse")
    FAULT = "fault", _("a fault to be mended")
    RIGHTS = "rights", _("rights given to volunteers or taken away")
    LAW = "law", _("a request that the law obliges us to answer")


def has_reason(person: User, *, by: User, at: datetime) -> bool:
    """Whether `by` said less than an hour ago why they look at this person. One's own record takes no reason."""
    if person.pk == by.pk:
        return True
    said = Entry.objects.about(person).of(LOOKED_AT).filter(actor_id=by.pk, role=Role.DESK)
    return said.filter(at__gt=at - GOOD_FOR).exists()


def look_at(person_id: int, *, reason: Why, words: str, by: User) -> Entry:
    """Write down why a volunteer looks; the person reads it on their account page. Raises User.DoesNotExist."""
    person = User.objects.get(pk=person_id)
    return record(LOOKED_AT, person, actor=by, role=Role.DESK, reason=str(reason), words=words)


def looks_at(person: User) -> models.QuerySet[Entry]:
    """Newest first."""
    return Entry.objects.about(person).of(LOOKED_AT)
