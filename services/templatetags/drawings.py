from django import template
from django.utils.safestring import SafeString

from services import drawing

register = template.Library()


@register.simple_tag
def bars_of(letters: str) -> SafeString:
    """Bars that only illustrate the words beside them."""
    return drawing.bars(letters, "")
