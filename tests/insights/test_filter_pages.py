import pytest
from django.contrib.auth.models import User

from insights.filter_pages import MOST
from insights.filters import chosen
from insights.models import SavedFilter

pytestmark = pytest.mark.django_db
SAVE = "/admin/filters/save/"


@pytest.fixture
def ada(client):
    client.force_login(User.objects.create_superuser("ada"))
    return client


def save(client, of="customers_customer", name="Loyal", query="stage=6"):
    return client.post(SAVE, {"of": of, "name": name, "query": query}, follow=True)


def kept():
    return list(SavedFilter.objects.values_list("of", "name", "query"))


def test_what_is_chosen_is_kept_and_offered_above_the_list(ada):
    offered = ada.get("/admin/customers/customer/?stage=6").content.decode()
    page = save(ada, query="stage=6&p=3").content.decode()

    assert 'value="stage=6"' in offered
    assert kept() == [("customers_customer", "Loyal", "stage=6")]
    assert '<a href="/admin/customers/customer/?stage=6" aria-current="true">Loyal</a>' in page
    assert "Save this filter" not in page
    assert "Loyal" in ada.get("/admin/customers/customer/").content.decode()


@pytest.mark.parametrize(
    ("of", "query", "left"),
    [
        ("customers_customer", "q=ada%40example.com&stage=6", "stage=6"),  # names a person
        ("channels_message", "q=x&state__exact=held&p=1", "state__exact=held"),
        ("journeys_journey", "q=welcome&archived=1", "archived=1&q=welcome"),
        ("customers_segment", "kind__exact=list", "kind__exact=list"),
    ],
)
def test_a_search_that_names_people_is_not_kept(ada, of, query, left):
    save(ada, of=of, query=query)

    assert kept() == [(of, "Loyal", left)]
    assert chosen(of, query) == left


def test_the_same_name_is_overwritten(ada):
    save(ada)
    save(ada, query="stage=7")

    assert kept() == [("customers_customer", "Loyal", "stage=7")]


def test_each_person_has_filters_of_their_own(ada, client):
    save(ada)
    mine = SavedFilter.objects.get()
    client.force_login(User.objects.create_superuser("bruno"))

    assert "Loyal" not in client.get("/admin/customers/customer/").content.decode()
    assert client.post(f"/admin/filters/{mine.pk}/forget/").status_code == 404
    assert kept()


def test_one_that_is_taken_out_can_be_had_back(ada):
    save(ada)
    page = ada.post(f"/admin/filters/{SavedFilter.objects.get().pk}/forget/", follow=True)
    [back] = list(page.context["messages"])

    assert kept() == []
    assert f'action="{SAVE}"' in page.content.decode()
    save(ada, name="Loyal", query="stage=6")
    assert kept() == [("customers_customer", "Loyal", "stage=6")]
    assert "Loyal" in str(back)


@pytest.mark.parametrize(
    "posted",
    [
        {"name": ""},
        {"name": "x" * 61},
        {"query": "stage=" + "6" * 5000},
        {"of": "auth_user"},
        {"of": "../x", "name": "<script>"},
        {"name": "\x00"},
    ],
)
def test_bad_input_is_refused_and_keeps_nothing(ada, posted):
    answer = save(ada, **posted)

    assert answer.status_code == 200
    assert kept() == []


def test_hostile_names_are_shown_as_text(ada):
    page = save(ada, name="<script>alert(1)</script>").content.decode()

    assert "<script>alert(1)</script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_there_is_an_end_to_how_many_are_kept(ada):
    person = User.objects.get()
    SavedFilter.objects.bulk_create(
        SavedFilter(person=person, of="customers_customer", name=f"n{number}", query="stage=1")
        for number in range(MOST)
    )
    save(ada)

    assert SavedFilter.objects.count() == MOST


def test_a_list_needs_the_right_to_see_it(client):
    client.force_login(User.objects.create_user("nobody", is_staff=True))
    save(client)

    assert kept() == []
