import json

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from config import clock, work
from customers.models import Segment
from customers.segments import archive_segment, save_segment, segment_members
from tests.builders import NOON, customer

pytestmark = pytest.mark.django_db
ROMAN = {"field": "trait", "trait": "city", "operator": "equals", "value": "Roma"}
LIST = reverse("admin:customers_segment_changelist")


@pytest.fixture
def admin(client):
    client.force_login(User.objects.create_superuser("admin"))
    return client


def made(slug="romans", **fields):
    return save_segment(Segment(slug=slug, name=slug.capitalize(), **fields), NOON)


def page(segment):
    return reverse("admin:customers_segment_change", args=[segment.pk])


def told(answer):
    assert answer.status_code == 200, answer
    return answer.content.decode()


def test_list_is_made_by_its_own_form(admin: Client):
    form = admin.get(LIST + "new-list", follow=True)
    assert 'name="rule"' not in told(form)

    admin.post(form.request["PATH_INFO"] + "?kind=list", {"name": "Guests", "slug": "guests"})

    assert Segment.objects.get().kind == "list"


def test_segment_is_made_with_its_rule(admin: Client):
    body = {"name": "Romans", "slug": "romans", "rule": json.dumps(ROMAN)}

    admin.post(reverse("admin:customers_segment_add"), body)

    assert (Segment.objects.get().kind, Segment.objects.get().rule) == ("dynamic", ROMAN)


def test_page_shows_size_uses_and_the_chart(admin: Client):
    customer(traits={"city": "Roma"})
    romans = made(rule=ROMAN)
    made("readers", rule={"field": "segment", "operator": "in", "value": "romans"})
    work.settle(clock.now())

    shown = told(admin.get(page(romans), {"days": "7"}))

    assert "the segment Readers" in shown
    assert "In 7 days: 1 entered, 0 left." in shown
    assert shown.count('class="day"') == 7


def test_archived_segments_are_shown_when_asked_for(admin: Client):
    archive_segment(made(), NOON)
    made("others")

    assert "Romans" not in told(admin.get(LIST))
    assert "Romans" in told(admin.get(LIST, {"archived": "yes"}))
    assert "Others" not in told(admin.get(LIST, {"archived": "yes"}))
    both = told(admin.get(LIST, {"archived": "all"}))
    assert "Romans" in both
    assert "Others" in both


def test_segment_is_archived_and_brought_back(admin: Client):
    romans = made(rule=ROMAN)
    move = reverse("admin:segment_move", args=[romans.pk])

    admin.post(move, {"move": "archive"})
    assert Segment.objects.get().archived_at is not None
    assert "Bring back" in told(admin.get(page(romans)))
    admin.post(move, {"move": "nothing"})
    admin.post(move, {"move": "restore"})

    assert Segment.objects.get().archived_at is None


def test_segment_in_use_says_why_it_stays(admin: Client):
    romans = made(rule=ROMAN)
    made("readers", rule={"field": "segment", "operator": "in", "value": "romans"})

    answer = admin.post(reverse("admin:segment_move", args=[romans.pk]), {"move": "archive"}, follow=True)

    assert "The segment romans is used by: the segment Readers." in told(answer)
    assert Segment.objects.get(slug="romans").archived_at is None


@pytest.mark.parametrize("most", [0, 2_500_000])  # on the disk, in memory
def test_list_is_changed_by_a_file(admin: Client, settings, most):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = most
    one, guests = customer(email="a@example.com"), made("guests", kind="list")
    file = SimpleUploadedFile("guests.csv", b"Email\na@example.com\nx@example.com\n")

    answer = admin.post(
        reverse("admin:segment_members", args=[guests.pk]), {"operation": "append", "file": file}
    )

    assert "No customer is known by this." in told(answer)
    assert list(segment_members(guests)) == [one]


def test_list_is_changed_by_names(admin: Client):
    one, guests = customer(email="a@example.com"), made("guests", kind="list")
    url = reverse("admin:segment_members", args=[guests.pk])

    answer = admin.post(url, {"operation": "replace", "names": "\nemail:a@example.com\r\n\r\nnobody\r\n"})
    assert '<td class="s-num">4</td><td class="s-mono">nobody</td>' in told(answer)
    assert list(segment_members(guests)) == [one]
    told(admin.post(url, {"operation": "clear"}))

    assert segment_members(guests).count() == 0


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"operation": "append"}, "Choose a file, or write a customer a line."),
        ({"operation": "replace", "names": " \n"}, "Choose a file, or write a customer a line."),
        ({"operation": "destroy", "names": "x"}, "Say what to do with these customers."),
        ({}, "Say what to do with these customers."),
    ],
)
def test_what_is_asked_of_a_list_is_checked(admin: Client, fields, why):
    guests = made("guests", kind="list")

    assert why in told(admin.post(reverse("admin:segment_members", args=[guests.pk]), fields))


def test_broken_file_is_told_with_its_line(admin: Client):
    guests = made("guests", kind="list")
    file = SimpleUploadedFile("guests.csv", b'email\n"a@example.com\n')

    answer = admin.post(
        reverse("admin:segment_members", args=[guests.pk]), {"operation": "append", "file": file}
    )

    assert "Line 2 can&#x27;t be read: a quotation mark is opened here and never closed." in told(answer)


def test_who_would_enter_and_leave_is_told(admin: Client):
    one, other = customer(traits={"city": "Roma"}), customer(traits={"city": "Bari"})
    romans = made(rule=ROMAN)
    work.settle(NOON)
    url = reverse("admin:segment_difference", args=[romans.pk])

    shown = told(admin.post(url, {"rule": json.dumps(ROMAN | {"value": "Bari"})}))

    assert shown.index("+1") < shown.index(str(other.public_id)) < shown.index(str(one.public_id))
    assert "This is no JSON" in told(admin.post(url, {"rule": "{"}))
    assert "There is no segment" in told(
        admin.post(url, {"rule": '{"field": "segment", "operator": "in", "value": "x"}'})
    )


def test_members_are_exported_for_excel_too(admin: Client):
    one = customer(traits={"city": "Forlì"})
    guests = made("guests", kind="list")
    admin.post(
        reverse("admin:segment_members", args=[guests.pk]),
        {"operation": "append", "names": str(one.public_id)},
    )

    answer = admin.get(reverse("admin:segment_export", args=[guests.pk]), {"traits": "city,"})
    text = b"".join(answer.streaming_content)

    assert answer["Content-Disposition"] == 'attachment; filename="guests.csv"'
    assert text.startswith(b"\xef\xbb\xbfpublic_id,")
    assert text.decode().strip().endswith(",Forlì")


def test_export_needs_a_right_of_its_own(client: Client):
    person = User.objects.create_user("reader", is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_segment"))
    client.force_login(person)
    guests = made("guests", kind="list")

    assert "Export as CSV" not in told(client.get(page(guests)))
    assert client.get(reverse("admin:segment_export", args=[guests.pk])).status_code == 403
    person.user_permissions.add(Permission.objects.get(codename="export_segment"))

    assert client.get(reverse("admin:segment_export", args=[guests.pk])).status_code == 200


def test_overlap_is_drawn_and_leads_to_the_customers_of_each_part(admin: Client):
    people = [customer(traits={"city": "Roma", "n": number}) for number in range(4)]
    made(rule=ROMAN)
    made("few", rule={"field": "trait", "trait": "n", "operator": "greater", "value": 2})
    work.settle(NOON)

    shown = told(admin.get(reverse("admin:segment_overlap"), {"one": "romans", "other": "few"}))
    found = admin.get(reverse("admin:customers_customer_changelist"), {"segment": "romans", "not_in": "few"})
    both = admin.get(reverse("admin:customers_customer_changelist"), {"segment": "romans", "also_in": "few"})

    assert shown.count("<circle") == 2
    assert "?segment=romans&amp;not_in=few" in shown
    assert set(found.context["cl"].result_list) == set(people[:3])
    assert set(both.context["cl"].result_list) == {people[3]}


@pytest.mark.parametrize(
    "asked", [{}, {"one": "romans"}, {"one": "romans", "other": "romans"}, {"one": "\0"}]
)
def test_overlap_waits_for_two_segments(admin: Client, asked):
    made()

    assert "<circle" not in told(admin.get(reverse("admin:segment_overlap"), asked))


def test_a_rebuild_that_was_given_up_is_shown(admin: Client):
    made(rule=ROMAN)
    Segment.objects.update(stalled_at=NOON)

    assert "given up: the rule takes too long" in told(admin.get(LIST))
