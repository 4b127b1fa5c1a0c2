from collections.abc import Iterable

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from services.models import Outage, Service

register = template.Library()


@register.simple_tag
def links_to(services: Iterable[Service]) -> SafeString:
    """Those of `services` that have a page, by name."""
    listed = (service for service in services if service.listed)
    return format_html_join(
        ", ", '<a href="{}">{}</a>', ((one.get_absolute_url(), one.name) for one in listed)
    )


@register.simple_tag
def links_to_outages(outages: Iterable[Outage]) -> SafeString:
    """By the name of their service."""
    return format_html_join(
        ", ", '<a href="{}">{}</a>', ((one.get_absolute_url(), one.service.name) for one in outages)
    )
