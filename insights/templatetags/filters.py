"""The filters that the reader has saved of a list."""

from typing import Any

from django import template
from django.http import HttpRequest

from insights.filters import chosen, url_of
from insights.models import SavedFilter

register = template.Library()


@register.inclusion_tag("insights/filters.html", takes_context=True)
def saved_filters(context: dict[str, Any], of: str) -> dict[str, Any]:
    """Each with its address and whether it is shown now; and what would be saved, if anything is chosen."""
    request: HttpRequest = context["request"]
    query = chosen(of, request.GET.urlencode())
    rows = SavedFilter.objects.filter(person_id=request.user.pk, of=of)
    kept = [(row, url_of(of, row.query), row.query == query) for row in rows]
    is_new = bool(query) and not any(is_shown for *_row, is_shown in kept)
    return {"request": request, "of": of, "kept": kept, "query": query, "is_new": is_new, "all": url_of(of)}
