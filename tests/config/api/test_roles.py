"""Each route of the API, asked by a person of each role about a row that there is, as the table says."""

from datetime import UTC, datetime

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from config.api.opaque import seal
from tests.config.access import LETTERS
from tests.config.api.access import API
from tests.config.api.routes import Route, routes
from tests.people import person
from tests.whole import Whole

pytestmark = pytest.mark.django_db
NO_OBJECT = {"api-customer-stage-holds", "api-holdout", "api-journey-tests"}  # where there is none to end


def parts(whole: Whole, route: Route) -> dict[str, object]:
    """What fills in the path, so that it leads to a row."""
    first = route.path.split("/")[0]
    sealed = {
        "broadcasts": ("broadcast", whole.broadcast.pk),
        "caps": ("cap", whole.rows["channels.cap"].pk),
        "double_opt_ins": ("double_opt_in", whole.rows["customers.doubleoptin"].pk),
        "duplicates": ("duplicate", whole.rows["customers.duplicatepair"].pk),
        "enrollments": ("enrollment", whole.enrollment.pk),
        "events": ("event", whole.event.pk),
        "imports": ("import", whole.rows["customers.import"].pk),
        "products": ("product", whole.rows["customers.product"].pk),
        "quiet-hours": ("quiet_hours", whole.rows["channels.quiethours"].pk),
        "retention": ("retention", whole.rows["customers.retention"].pk),
        "simulations": ("simulation", whole.rows["journeys.simulation"].pk),
        "sources": ("source", whole.rows["customers.source"].pk),
        "stage_versions": ("stage_version", whole.rows["customers.stageversion"].pk),
        "suppressions": ("suppression", whole.rows["customers.suppression"].pk),
    }
    ids = {"customers": whole.her.public_id, "messages": whole.message.public_id}
    slugs = {
        "contents": "thanks",
        "journeys": whole.journey.slug,
        "segments": whole.segment.slug,
        "stages": "use",
        "topics": "offers",
    }
    found: dict[str, object] = {"comment": seal("journeys.comment", whole.comment.pk), "channel": "email"}
    if first in slugs:
        found["slug"] = slugs[first]
    if "<uuid:id>" in route.path:
        found["id"] = ids[first] if first in ids else seal(*sealed[first])
    return found


def asked(api: APIClient, whole: Whole, route: Route) -> int:
    """The status of the answer; whatever was done is undone."""
    with transaction.atomic():
        url = route.url(**parts(whole, route))
        answer = api.generic(route.method.upper(), url, "{}", content_type="application/json")
        transaction.set_rollback(True)
    return int(answer.status_code)


@pytest.mark.parametrize("letter", ["", *LETTERS])
def test_role_may_ask_what_the_table_says(letter):
    whole, api = Whole(datetime.now(UTC)), APIClient()
    api.force_login(person(*([LETTERS[letter]] if letter else [])))

    found = {str(route): asked(api, whole, route) for route in routes()}

    assert {key for key, status in found.items() if status != 403} == {
        key for key, access in API.items() if letter and letter in access.roles
    }
    lost = {route for route in routes() if found[str(route)] == 404 and route.name not in NO_OBJECT}
    assert {str(route) for route in lost} == set()
    assert max(found.values()) < 500
