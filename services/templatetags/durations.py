import datetime as dt

from django import template

from services import wording

register = template.Library()


@register.filter
def in_words(duration: dt.timedelta) -> str:
    return wording.duration_in_words(duration)


@register.filter
def machine_readable(duration: dt.timedelta) -> str:
    """ISO 8601, for `<time datetime>`."""
    return f"PT{int(duration.total_seconds())}S"
