import json
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import Permission

from customers.models import Customer, PrivacyAct, Retention
from tests.builders import NOON, customer, event
from tests.people import browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    one = customer(email="ada@example.com", traits={"name": "Ada Prova"})
    event(one, "Order Completed", properties={"total": 12})
    return one


def test_copy_is_one_json_in_a_zip_and_recorded(ada):
    answer = browser("campaign_manager").post(f"/admin/customers/{ada.public_id}/copy/")

    with ZipFile(BytesIO(answer.content)) as archive:
        assert archive.namelist() == [f"customer-{ada.public_id}.json"]
        copy = json.loads(archive.read(archive.namelist()[0]))
    assert (copy["traits"]["name"], [one["name"] for one in copy["events"]]) == (
        "Ada Prova",
        ["Order Completed"],
    )
    assert "no-store" in answer["Cache-Control"]
    act = PrivacyAct.objects.get()
    assert (act.what, act.about, act.by) == ("copied", ada.public_id, "campaign_manager")


def test_who_may_hand_out_copies_but_not_see_people_gets_none(ada):
    asker = browser("viewer")
    person = asker.get("/admin/").wsgi_request.user
    person.user_permissions.add(Permission.objects.get(codename="export_customer"))

    assert asker.post(f"/admin/customers/{ada.public_id}/copy/").status_code == 403
    assert not PrivacyAct.objects.exists()


def test_erasure_asks_first_and_wants_a_tick(ada):
    asker = browser("campaign_manager")
    url = f"/admin/customers/{ada.public_id}/erase/"

    page = asker.get(url).content.decode()
    told = asker.post(url, follow=True).content.decode()

    assert "I am sure: it can't be undone." in page
    assert "Tick that you are sure." in told
    assert Customer.objects.filter(pk=ada.pk).exists()


def test_erasure_erases_and_is_recorded(ada):
    answer = browser("campaign_manager").post(
        f"/admin/customers/{ada.public_id}/erase/", {"sure": "1"}, follow=True
    )

    assert "The customer is erased, and nothing late brings them back." in answer.content.decode()
    assert not Customer.objects.filter(pk=ada.pk).exists()
    act = PrivacyAct.objects.get()
    assert (act.what, act.about, act.by) == ("erased", ada.public_id, "campaign_manager")


def test_customer_page_offers_both_to_those_who_may(ada):
    page = f"/admin/customers/{ada.public_id}/"

    assert f"{page}erase/" in browser("campaign_manager").get(page).content.decode()
    assert f"{page}erase/" not in browser("marketer").get(page).content.decode()


def test_record_is_found_by_the_id_and_by_nothing_else(ada):
    PrivacyAct.objects.create(what="erased", about=ada.public_id, by="bea", at=NOON)
    PrivacyAct.objects.create(
        what="retention", by="bea", at=NOON, details={"events": "Page*", "from": None, "to": 1}
    )
    PrivacyAct.objects.create(what="forgotten", at=NOON, details={"Page*": 1200})
    asker = browser("campaign_manager")

    def shown(query):
        return asker.get("/admin/customers/privacyact/", {"q": query}).content.decode()

    assert str(ada.public_id) in shown(str(ada.public_id))
    assert "Page*: for good → 1 day" not in shown(str(ada.public_id))
    assert "Page*: for good → 1 day" in shown("")
    assert "Page*: 1,200" in shown("")
    assert str(ada.public_id) not in shown("ada")


def test_retention_is_kept_changed_and_deleted_under_the_persons_name():
    asker = browser("administrator")

    asker.post("/admin/customers/retention/add/", {"pattern": "Page*", "days": "90"})
    row = Retention.objects.get()
    asker.post(f"/admin/customers/retention/{row.pk}/change/", {"pattern": "Page*", "days": "30"})
    listed = asker.get("/admin/customers/retention/").content.decode()
    asker.post(f"/admin/customers/retention/{row.pk}/delete/", {"post": "yes"})

    assert "30 days" in listed
    assert (row.days, row.changed_by, Retention.objects.count()) == (90, "administrator", 0)
    told = PrivacyAct.objects.order_by("pk").values_list("by", "details__to")
    assert list(told) == [("administrator", 90), ("administrator", 30), ("administrator", None)]


@pytest.mark.parametrize("days", ["0", "-1", "36501", "x", "9" * 30])
def test_retention_of_no_days_is_refused(days):
    answer = browser("administrator").post("/admin/customers/retention/add/", {"pattern": "P", "days": days})

    assert (answer.status_code, Retention.objects.count()) == (200, 0)
