"""Where somebody stands with the rule about unused accounts: when last seen, what follows, or why nothing does."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Notice, Reminder, Source, User
from accounts.schedule import schedule
from accounts.sparing import Sparing, why_spared


def through(source: str) -> str:
    """By what somebody was seen, in words; a service by its own name."""
    return str(Source(source).label) if source in Source.values else source


def _day(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "DATE_FORMAT")


@dataclass(frozen=True)
class Standing:
    person: User
    at: datetime
    spared: list[Sparing]
    notice: Notice | None
    warned_at: datetime
    disabled_at: datetime
    erased_at: datetime

    def sentences(self) -> list[str]:
        """For the desk: when last seen, due or not due, and because of what."""
        found = [
            _("Last seen on %(day)s: %(source)s.")
            % {"day": _day(self.person.last_seen_at), "source": through(self.person.last_seen_through)}
        ]
        if not settings.INACTIVITY_PURGE:
            return [*found, _("Not due: the purge is switched off (INACTIVITY_PURGE).")]
        found += [_("Not due: %(why)s") % {"why": reason.sentence} for reason in self.spared]
        return found if self.spared else found + self._what_comes()

    def _what_comes(self) -> list[str]:
        if self.notice is None:
            days = (self.at - self.person.last_seen_at).days
            words = ngettext(
                "Not due: %d day without a sign of life.", "Not due: %d days without a sign of life.", days
            )
            return [
                words % days if self.warned_at > self.at else _("Due: the next run writes the first letter."),
                _(
                    "First letter on %(warned)s, disabled on %(disabled)s, erased on %(erased)s, if nothing happens."
                )
                % {name: _day(getattr(self, f"{name}_at")) for name in ("warned", "disabled", "erased")},
            ]
        found = [_("Under notice since %(day)s.") % {"day": _day(self.notice.began_at)}]
        found += [self._letter(reminder) for reminder in self.notice.reminders.all()]
        if self.person.disabled_at:
            found.append(_("Disabled on %(day)s.") % {"day": _day(self.person.disabled_at)})
        if self.notice.unreachable_since:
            found.append(
                _("No letter arrives: a volunteer must look into it, and nothing happens until then.")
            )
        elif self.notice.next_at is None:
            found.append(_("The next step waits until the mail server has taken the last letter."))
        else:
            found.append(
                _("The next step comes on %(day)s, not earlier.") % {"day": _day(self.notice.next_at)}
            )
        found.append(
            _("Disabled not before %(disabled)s, erased not before %(erased)s.")
            % {"disabled": _day(self.disabled_at), "erased": _day(self.erased_at)}
        )
        return found

    def _letter(self, reminder: Reminder) -> str:
        words = {"stage": reminder.stage, "written": _day(reminder.written_at)}
        if reminder.failed_at:
            return _("Letter %(stage)d days before: written on %(written)s, did not arrive (%(why)s).") % {
                **words,
                "why": reminder.get_failure_display(),
            }
        if not reminder.given_at:
            return _("Letter %(stage)d days before: written on %(written)s, not taken yet.") % words
        if not reminder.address:
            return _("Stage %(stage)d days before: reached on %(written)s without a letter.") % words
        return _("Letter %(stage)d days before: written on %(written)s, taken on %(taken)s.") % {
            **words,
            "taken": _day(reminder.given_at),
        }


def standing_of(person: User, at: datetime) -> Standing:
    plan = schedule()
    notice = Notice.objects.filter(person=person).prefetch_related("reminders").first()
    warned_at = (
        max(plan.unused_at(plan.first, person.last_seen_at), at) if notice is None else notice.began_at
    )
    disabled_at = max(plan.unused_at(0, person.last_seen_at), warned_at + timedelta(days=plan.first))
    erased_at = disabled_at + timedelta(days=plan.grace_days)
    if notice:
        disabled_at, erased_at = person.disabled_at or notice.disables_at, notice.erases_at
    return Standing(person, at, why_spared(person, at), notice, warned_at, disabled_at, erased_at)
