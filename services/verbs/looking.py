"""Looks are taken, kept, and forgotten."""

import datetime as dt

from services.models import Sample

KEEP_SAMPLES = dt.timedelta(days=7)


def forget_samples(at: dt.datetime) -> int:
    """Remove what looks saw more than a week ago; how many there were. Their days keep their figures."""
    count, _each = Sample.objects.filter(taken_at__lt=at - KEEP_SAMPLES).delete()
    return count
