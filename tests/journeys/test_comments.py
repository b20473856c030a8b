import pytest
from django.contrib.auth import get_user_model

from journeys import comments, services
from journeys.comments import CommentError
from journeys.models import JourneyAct
from tests.builders import NOON
from tests.journeys.builders import draft, graph, step

pytestmark = pytest.mark.django_db
PAUSE = step("pause", "wait", span="P2D")


def said(thread):
    return [thread.text, *(answer.text for answer in thread.answers.all())]


def test_a_thread_is_begun_answered_and_resolved():
    ada = get_user_model().objects.create_user("ada")
    journey = draft(PAUSE)

    first = comments.comment(journey.pk, "pause", " Why two days? ", by=ada)
    comments.answer(first.pk, "Because of the weekend")
    (thread,) = comments.open_threads(journey.pk)
    assert (thread.step, thread.by, said(thread)) == (
        "pause",
        ada,
        ["Why two days?", "Because of the weekend"],
    )

    comments.resolve(first.pk, NOON, by=ada)
    comments.resolve(first.pk, NOON)
    assert list(comments.open_threads(journey.pk)) == []
    (thread,) = comments.threads(journey.pk)
    assert (thread.resolved_at, thread.resolved_by) == (NOON, ada)
    acts = JourneyAct.objects.order_by("id").values_list("what", "by__username", "details")
    assert list(acts)[1:] == [
        ("commented", "ada", {"step": "pause"}),
        ("commented", None, {"step": "pause"}),
        ("resolved", "ada", {"step": "pause"}),
    ]


def test_an_answer_opens_a_thread_again():
    first = comments.comment(draft(PAUSE).pk, "pause", "Why?")
    comments.resolve(first.pk, NOON)

    comments.answer(first.pk, "Still not clear")

    assert [thread.pk for thread in comments.open_threads(first.journey_id)] == [first.pk]


def test_comments_stay_when_their_step_is_changed_or_gone():
    journey = draft(PAUSE)
    comments.comment(journey.pk, "pause", "Why?")

    services.save_draft(journey.pk, graph(step("bye", "exit")))

    assert [thread.step for thread in comments.open_threads(journey.pk)] == ["pause"]


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("pause", " \0", "1 to 4000"),
        ("pause", "x" * 4001, "1 to 4000"),
        ("nowhere", "Hi", "no step 'nowhere'"),
    ],
)
def test_what_can_not_be_kept_is_refused(name, text, why):
    with pytest.raises(CommentError, match=why):
        comments.comment(draft(PAUSE).pk, name, text)
