"""Saving what is chosen of a list under a name, and forgetting it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.pages import site
from config.undo import tell_with_undo
from insights.filters import LISTS, chosen, url_of
from insights.models import SavedFilter

MOST = 30  # of a person and a list
LONGEST_NAME, LONGEST_QUERY = 60, 1000


def save(request: HttpRequest) -> HttpResponse:
    """Keep what is chosen under a name; the same name is overwritten."""
    of, name = request.POST.get("of", ""), request.POST.get("name", "").replace("\x00", "").strip()
    if of not in LISTS or not request.user.has_perm(LISTS[of].permission):
        return redirect("admin:index")
    query = chosen(of, request.POST.get("query", "").replace("\x00", "")[: 4 * LONGEST_QUERY])
    person_id = int(request.user.pk or 0)
    mine = SavedFilter.objects.filter(person_id=person_id, of=of)
    if not name or len(name) > LONGEST_NAME or len(query) > LONGEST_QUERY:
        messages.error(
            request, _("Give the filter a name of %(most)d letters at most.") % {"most": LONGEST_NAME}
        )
    elif mine.exclude(name=name).count() >= MOST:
        messages.error(
            request, _("You keep %(most)d filters of this list: take one out first.") % {"most": MOST}
        )
    else:
        mine.update_or_create(name=name, defaults={"person_id": person_id, "of": of, "query": query})
        messages.success(request, _("Kept as “%(name)s”.") % {"name": name})
    return redirect(url_of(of, query))


def forget(request: HttpRequest, filter_id: int) -> HttpResponse:
    """Keep one of one's own no longer."""
    row = get_object_or_404(SavedFilter, pk=filter_id, person_id=request.user.pk)
    row.delete()
    words = _("“%(name)s” is not kept any more.") % {"name": row.name}
    tell_with_undo(request, words, reverse("admin:filter_save"), of=row.of, name=row.name, query=row.query)
    return redirect(url_of(row.of))


site().add_page("filters/save/", require_POST(save), "filter_save")
site().add_page("filters/<int:filter_id>/forget/", require_POST(forget), "filter_forget")
