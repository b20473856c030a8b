"""What people are told of by e-mail, looked up in real rows; Django keeps the mails of a test."""

import json
from datetime import timedelta

import pytest
from django.core import mail

from config.models import Notice, Preferences
from config.telling import mail_connection, tell
from journeys.models import Journey, PublishRequest, Simulation
from tests.builders import DAY, HOUR, NOON, customer
from tests.channels import rows
from tests.journeys.builders import draft, enrolled, live, step
from tests.people import browser, person

pytestmark = pytest.mark.django_db
ALL = ["approval", "parked", "provider", "work_done"]


@pytest.fixture(autouse=True)
def mail_server(settings):
    settings.EMAIL_URL = "smtp://mail.example.com"
    settings.BASE_URL = "https://sette.example.com"
    settings.BRAND = "Shop"


def wanting(role: str, notices=ALL, pace: str = "at_once", **fields):
    someone = person(role)
    someone.email = f"{role}@example.com"
    someone.save()
    Preferences.objects.create(person=someone, notices=notices, pace=pace, **fields)
    return someone


def asked(journey: Journey | None = None) -> Journey:
    journey = journey or draft(step("end", "exit"))
    PublishRequest.objects.create(journey=journey, graph={}, asked_at=NOON)
    return journey


def told() -> list[tuple[list[str], str]]:
    return [(one.to, one.subject) for one in mail.outbox]


def test_approver_is_told_once_with_the_way_there():
    journey = asked()
    wanting("approver")

    assert (tell(NOON), tell(NOON + HOUR)) == (1, 0)
    assert told() == [(["approver@example.com"], "Shop: To decide: publishing the journey “welcome”.")]
    assert f"https://sette.example.com/admin/journeys/{journey.pk}/publish/" in mail.outbox[0].body


def test_only_what_was_chosen_and_may_be_seen_is_told():
    asked()
    wanting("viewer")  # who may not approve
    wanting("approver", ["parked"])
    wanting("administrator", [])

    assert tell(NOON) == 0


def test_customers_who_stand_still_are_told_of():
    version = live(step("rest", "wait", {"next": None}, span="P1D"))
    enrolled(version, customer(), is_on_hold=True, attempts=5, error="no")
    wanting("campaign_manager")

    tell(NOON)

    assert list(Notice.objects.values_list("kind", "about")) == [("parked", "welcome")]
    assert len(mail.outbox) == 1


def test_what_comes_back_after_it_was_over_is_told_again():
    journey = asked()
    wanting("approver")
    tell(NOON)

    PublishRequest.objects.update(state="void")
    tell(NOON + HOUR)
    asked(journey)

    assert Notice.objects.count() == 0
    assert tell(NOON + 2 * HOUR) == 1


def test_simulation_that_is_done_is_told_to_who_asked_for_it():
    journey = draft(step("end", "exit"))
    mine = wanting("marketer")
    wanting("campaign_manager")
    Simulation.objects.create(
        journey=journey,
        draft={},
        days=7,
        customers=9,
        until=NOON,
        asked_at=NOON,
        asked_by=mine,
        state="done",
        ended_at=NOON,
    )

    assert tell(NOON + HOUR) == 1
    assert told() == [(["marketer@example.com"], "Shop: The simulation of “welcome” is done.")]


def test_all_of_a_day_comes_in_one_mail_in_the_morning():
    wanting("approver", pace="daily", time_zone="Europe/Rome")
    tell(NOON)  # nothing is new on this day
    first = asked()
    asked(draft(step("end", "exit"), slug="second"))

    at_night, in_the_morning = NOON + DAY - 6 * HOUR, NOON + DAY - 5 * HOUR  # 7 and 8 o'clock in Rome
    assert [tell(NOON + HOUR), tell(at_night), tell(in_the_morning), tell(in_the_morning + HOUR)] == [
        0,
        0,
        1,
        0,
    ]
    assert mail.outbox[0].subject.endswith("(+1)")
    assert f"/journeys/{first.pk}/publish/" in mail.outbox[0].body


def test_mail_that_can_not_go_out_is_tried_again(monkeypatch):
    asked()
    wanting("approver")
    monkeypatch.setattr(mail.EmailMessage, "send", _refused)
    assert tell(NOON) == 0
    monkeypatch.undo()

    assert tell(NOON + timedelta(minutes=5)) == 1


def _refused(_mail):
    raise OSError("no route")


def test_without_a_server_nothing_is_sent_and_nothing_is_offered(settings, tmp_path):
    settings.EMAIL_URL, settings.VAR = "", tmp_path
    asked()
    wanting("approver")

    page = browser("viewer").get("/admin/settings/").content.decode()

    assert (mail_connection(), tell(NOON), 'name="notices"' in page) == (None, 0, False)


def test_sandbox_sends_to_its_own_mailbox(settings, tmp_path):
    settings.EMAIL_URL, settings.VAR = "", tmp_path
    (tmp_path / "sandbox.json").write_text(json.dumps({"smtp_port": 2525}))
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"

    connection = mail_connection()

    assert (connection.host, connection.port, connection.use_tls) == ("127.0.0.1", 2525, False)


@pytest.mark.parametrize(
    ("url", "port", "tls", "ssl"),
    [
        ("smtp+tls://ada:s%40cret@mail.example.com", 587, True, False),
        ("smtps://ada:s%40cret@mail.example.com:1465", 1465, False, True),
    ],
)
def test_server_is_the_installations(settings, url, port, tls, ssl):
    settings.EMAIL_URL = url
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"

    way = mail_connection()

    assert (way.port, way.use_tls, way.use_ssl, way.username, way.password) == (
        port,
        tls,
        ssl,
        "ada",
        "s@cret",
    )


def test_page_offers_what_the_role_may_see_and_keeps_what_is_chosen():
    client = browser("viewer")
    page = client.get("/admin/settings/").content.decode()
    values = {"theme": "auto", "density": "compact", "pace": "daily", "notices": ["parked"]}

    refused = client.post("/admin/settings/", values)
    client.post("/admin/settings/", values | {"email": "ada@example.com"})
    kept = Preferences.objects.get()

    assert ('value="parked"' in page, 'value="approval"' in page, 'value="provider"' in page) == (
        True,
        False,
        False,
    )
    assert refused.status_code == 200
    assert (kept.notices, kept.pace, kept.person.email) == (["parked"], "daily", "ada@example.com")


def test_channel_that_does_not_send_what_is_due_is_told_of():
    rows.channel()
    rows.message(rows.reader(), rows.content(), due_at=NOON)
    wanting("integrator")

    assert [tell(NOON), tell(NOON + HOUR)] == [0, 1]
    assert told() == [
        (["integrator@example.com"], "Shop: The channel e-mail fails, or does not send what is due.")
    ]
