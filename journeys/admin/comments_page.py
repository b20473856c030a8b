"""What people say of the steps of a journey: threads, answers, and what is settled."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy as _

from config import clock
from config.pages import site, who
from config.refusal import Refused
from config.roles import DRAFT_JOURNEYS
from journeys import comments
from journeys.admin.tabs import add_tab, journey_page
from journeys.comments import CommentError
from journeys.models import Journey

COMMENTS = "journey_comments"
SHOWN = 100


def comments_page(request: HttpRequest, journey_id: int) -> HttpResponse:
    """The threads that are open, or all of them; a POST says, answers or resolves."""
    journey = get_object_or_404(Journey, pk=journey_id)
    if request.method == "POST":
        if not request.user.has_perm(DRAFT_JOURNEYS):
            raise Refused(DRAFT_JOURNEYS)
        try:
            _act(request, journey)
        except CommentError as error:
            messages.error(request, str(error))
        return redirect(request.get_full_path())
    is_all = bool(request.GET.get("all"))
    threads = comments.threads(journey.pk) if is_all else comments.open_threads(journey.pk)
    return journey_page(
        request,
        journey,
        COMMENTS,
        "journeys/comments.html",
        threads=threads[:SHOWN],
        is_all=is_all,
        steps=comments.commented_steps(journey),
        step=request.GET.get("step", ""),
        may_say=request.user.has_perm(DRAFT_JOURNEYS),
    )


def _act(request: HttpRequest, journey: Journey) -> None:
    by, text = who(request), request.POST.get("text", "")
    number = request.POST.get("thread", "")
    if not number:
        comments.comment(journey.pk, request.POST.get("step", ""), text, by)
        return
    pk = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0  # noqa: PLR2004 - of bigint
    thread = get_object_or_404(comments.threads(journey.pk), pk=pk)
    if "resolve" in request.POST:
        comments.resolve(thread.pk, clock.now(), by)
    else:
        comments.answer(thread.pk, text, by)


site().add_page("journeys/<int:journey_id>/comments/", comments_page, COMMENTS, "journeys.view_journey")
add_tab(COMMENTS, _("Comments"))
