import json
from typing import Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder

register = template.Library()


@register.filter
def as_json(value: Any) -> str:
    """For an attribute, where it is escaped like any other text: the page needs no script of its own."""
    return json.dumps(value, cls=DjangoJSONEncoder)
