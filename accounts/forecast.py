"""What the coming twelve months bring to accounts nobody uses, if nobody comes back; counted, and drawn."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.models import Notice, User
from accounts.schedule import ERASING, schedule
from accounts.sparing import spared
from accounts.verbs.noticing import to_warn

MONTHS = 12


@dataclass(frozen=True)
class Month:
    begins: date
    warned: int
    disabled: int
    erased: int


def forecast(at: datetime) -> list[Month]:
    """This month and the eleven after it. What is overdue counts as of today."""
    plan, today = schedule(), timezone.localdate(at)
    unnoticed = User.objects.unused_since(at).exclude(spared(at))
    notices = Notice.objects.exclude(person__in=User.objects.filter(spared(at)))
    warned: Counter[date] = Counter()
    disabled = _by_day(notices.filter(person__disabled_at=None), "disables_at", today)
    erased = _by_day(notices, "erases_at", today)
    to_first = timedelta(days=plan.limit_days - plan.first)
    for day, number in _by_day(unnoticed, "last_seen_at", date.min).items():
        first = max(day + to_first, today)
        warned[_month(first)] += number
        disabled[_month(first + timedelta(days=plan.first))] += number
        erased[_month(first + plan.notice)] += number
    months = [_later(today.replace(day=1), number) for number in range(MONTHS)]
    return [Month(month, warned[month], _in(disabled, month), _in(erased, month)) for month in months]


def _by_day(rows: QuerySet[User] | QuerySet[Notice], field: str, not_before: date) -> Counter[date]:
    days = rows.annotate(day=TruncDate(F(field))).order_by().values_list("day").annotate(number=Count("pk"))
    found: Counter[date] = Counter()
    for day, number in days:
        found[max(day, not_before)] += number
    return found


def _month(day: date) -> date:
    return day.replace(day=1)


def _in(days: Counter[date], month: date) -> int:
    return sum(number for day, number in days.items() if _month(day) == month)


def _later(month: date, number: int) -> date:
    years, months = divmod(month.month - 1 + number, 12)
    return month.replace(year=month.year + years, month=months + 1)


def next_steps(at: datetime) -> Iterator[tuple[int, datetime, str]]:
    """Account number, when last seen, and the step that is due now, in the order a run takes them."""
    for person in to_warn(at).only("pk", "last_seen_at").iterator():
        yield person.pk, person.last_seen_at, f"first letter, {schedule().first} days before"
    due = Notice.objects.due(at).exclude(person__in=User.objects.filter(spared(at))).select_related("person")
    for notice in due.order_by("-next_stage", "next_at", "pk").iterator():
        step = {ERASING: "erase", 0: "disable"}.get(
            notice.next_stage, f"letter, {notice.next_stage} days before"
        )
        yield notice.person_id, notice.person.last_seen_at, step


# ── The drawing: three bars for each month, as attributes of SVG; the table beside it says the same ──

WIDTH, HEIGHT, FOOT = 720, 200, 24
KINDS = ("warned", "disabled", "erased")


@dataclass(frozen=True)
class Bar:
    kind: str
    x: int
    y: int
    width: int
    height: int
    number: int


@dataclass(frozen=True)
class Chart:
    bars: list[Bar]
    labels: list[tuple[int, date]]
    highest: int
    width: int = WIDTH
    height: int = HEIGHT
    foot: int = HEIGHT - FOOT
    label_y: int = HEIGHT - 6


def chart(months: list[Month]) -> Chart:
    highest = max((getattr(month, kind) for month in months for kind in KINDS), default=0)
    step = WIDTH // len(months)
    bar = (step - 12) // len(KINDS)
    bars, labels = [], []
    for place, month in enumerate(months):
        labels.append((place * step + step // 2, month.begins))
        for row, kind in enumerate(KINDS):
            number = getattr(month, kind)
            if number:
                height = max(2, (HEIGHT - FOOT - 16) * number // highest)
                left = place * step + 6 + row * bar
                bars.append(Bar(kind, left, HEIGHT - FOOT - height, bar - 2, height, number))
    return Chart(bars, labels, highest)
