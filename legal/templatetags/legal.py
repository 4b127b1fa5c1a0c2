"""What every page of a signed-in person says of what is still to be decided."""

from typing import Any

from django import template

from legal.models import Version

register = template.Library()


@register.inclusion_tag("legal/standing.html", takes_context=True)
def standing(context: template.Context) -> dict[str, Any]:
    """Nothing on pages that need no sign-in, and no query for whoever has accepted everything."""
    request = context.get("request")
    found = getattr(request, "standing", None)
    if request is None or found is None or not request.user.is_authenticated or found.is_settled:
        return {"standing": None}
    changed = Version.objects.asking().filter(effective_at__lte=found.due_at)
    if request.user.accepted_through:
        changed = changed.filter(effective_at__gt=request.user.accepted_through)
    latest = changed.order_by("document_id", "-number").distinct("document_id")
    versions = latest.select_related("document").prefetch_related("texts")
    texts = [(version, version.text_in()) for version in versions]
    return {
        "standing": found,
        "texts": texts,
        "new_here": request.user.accepted_through is None,
        "here": request.get_full_path(),
    }
