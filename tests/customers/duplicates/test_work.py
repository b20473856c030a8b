import subprocess
import sys
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from customers.duplicates import work as searches
from customers.duplicates.pairs import keep_apart, merge_pair, open_pairs
from customers.duplicates.work import ask_search, conduct, start_next
from customers.models import Customer, DuplicatePair, DuplicateSearch, MergeRecord
from customers.privacy import erase_customers
from customers.unmerge import unmerge
from tests.builders import NOON, customer

pytestmark = pytest.mark.django_db
PEOPLE = [
    ("Ada", "Lovelace", "1815-12-10", "Ealing", "via Roma 7"),
    ("Grace", "Hopper", "1906-12-09", "New York", "Broad Street 12"),
    ("Alan", "Turing", "1912-06-23", "Wilmslow", "Hollymeade 43"),
    ("Edsger", "Dijkstra", "1930-05-11", "Nuenen", "Plataanstraat 5"),
]


def traits(first, last, birthday, city, street):
    address = {"street": street, "city": city}
    return {"first_name": first, "last_name": last, "birthday": birthday, "address": address}


def seeded() -> list[Customer]:
    """Four people, and two of them once more with typos."""
    made = [customer(traits=traits(*one)) for one in PEOPLE]
    made.append(
        customer(
            email="a@example.com", traits=traits("Ada", "Lovelacce", "1815-12-10", "Ealing", "v. Roma 7")
        )
    )
    made.append(customer(traits=traits("Hopper", "Grace", "1906-12-09", "New Yrok", "Broad Street 12")))
    return made


def do_search() -> DuplicateSearch:
    asked = ask_search("ada", NOON)
    assert asked is not None
    assert conduct(asked.pk, lambda: NOON)
    asked.refresh_from_db()
    return asked


def pairs() -> set[tuple[int, int]]:
    return set(open_pairs().values_list("first_id", "second_id"))


def test_customers_with_typos_are_found_and_nobody_else():
    people = seeded()

    done = do_search()

    assert (done.state, done.customers, done.found, done.error) == ("done", 6, 2, "")
    assert pairs() == {(people[0].pk, people[4].pk), (people[1].pk, people[5].pk)}
    assert Customer.objects.count() == 6


def test_pair_that_is_kept_apart_is_never_suggested_again():
    people = seeded()
    do_search()
    pair = open_pairs().get(first_id=people[0].pk)

    keep_apart(pair.pk, "bob", NOON)
    assert do_search().found == 1

    assert pairs() == {(people[1].pk, people[5].pk)}
    pair.refresh_from_db()
    assert (pair.state, pair.decided_by, pair.decided_at) == ("apart", "bob", NOON)


def test_pair_is_merged_and_not_suggested_again_when_taken_apart():
    people = seeded()
    do_search()
    pair = open_pairs().get(first_id=people[0].pk)

    assert merge_pair(pair.pk, None, "bob", NOON) == people[0].pk
    record = MergeRecord.objects.get()
    assert record.reason.startswith("Probable duplicate: ")
    assert "same birthday" in record.reason
    unmerge(record.pk, "bob", "Two people", NOON)
    do_search()

    assert pairs() == {(people[1].pk, people[5].pk)}


def test_who_was_kept_apart_from_one_is_kept_apart_from_whom_that_one_became():
    people = seeded()
    third = customer(email="b@example.com", traits=people[0].traits)
    do_search()
    for pair in open_pairs().filter(first_id=people[0].pk, second_id=people[4].pk):
        keep_apart(pair.pk, "bob", NOON)
    merge_pair(DuplicatePair.objects.get(first_id=people[0].pk, second_id=third.pk).pk, third.pk, "bob", NOON)

    do_search()

    assert pairs() == {(people[1].pk, people[5].pk)}


def test_pair_goes_when_its_customers_differ_now_or_one_is_erased():
    people = seeded()
    do_search()
    Customer.objects.filter(pk=people[4].pk).update(
        traits=traits("Bob", "Roy", "1999-01-01", "Roma", "via Po 1")
    )
    do_search()
    assert pairs() == {(people[1].pk, people[5].pk)}

    erase_customers([people[5].pk], NOON)

    assert not DuplicatePair.objects.exists()


def test_one_search_at_a_time():
    assert ask_search("ada", NOON) is not None
    assert ask_search("bob", NOON) is None


def test_failure_is_told(monkeypatch):
    def broken(*_args):
        raise RuntimeError("no room")

    monkeypatch.setattr(searches, "compare", broken)
    asked = ask_search("", NOON)
    with pytest.raises(RuntimeError):
        conduct(asked.pk, lambda: NOON)

    asked.refresh_from_db()
    assert (asked.state, asked.error) == ("failed", "RuntimeError: no room")
    assert not conduct(asked.pk, lambda: NOON)


def test_search_of_the_day_is_started_once(monkeypatch):
    started = []
    monkeypatch.setattr(searches, "_start", started.append)

    for minutes in (0, 1, 60 * 24):
        start_next(NOON + timedelta(minutes=minutes))

    search = DuplicateSearch.objects.get()
    assert (started, search.is_full) == ([search.pk], True)
    conduct(search.pk, lambda: NOON)
    start_next(NOON + timedelta(days=1))
    assert started == [search.pk, DuplicateSearch.objects.latest("pk").pk]
    assert not DuplicateSearch.objects.latest("pk").is_full


def test_process_that_was_lost_is_told(monkeypatch):
    monkeypatch.setattr(searches, "_start", lambda _id: None)
    lost = DuplicateSearch.objects.create(
        state="running", is_full=True, asked_at=NOON, beat_at=NOON - timedelta(days=4000)
    )

    start_next(NOON)

    lost.refresh_from_db()
    assert (lost.state, bool(lost.error)) == ("failed", True)


@pytest.mark.django_db(transaction=True)
def test_later_search_compares_whom_somebody_has_written_since():
    people = seeded()
    do_search()
    DuplicatePair.objects.all().delete()
    Customer.objects.filter(pk=people[4].pk).update(last_seen_at=NOON)
    search = DuplicateSearch.objects.create(is_full=False, asked_at=NOON)

    conduct(search.pk, lambda: NOON)

    assert pairs() == {(people[0].pk, people[4].pk)}


def test_command_does_what_waits_only():
    asked = ask_search("", NOON)
    call_command("find_duplicates", str(asked.pk))
    asked.refresh_from_db()
    assert asked.state == "done"

    with pytest.raises(CommandError):
        call_command("find_duplicates", str(asked.pk))


def test_no_other_process_loads_what_searches():
    asked = (
        "import django, sys; django.setup(); import config.urls, config.celery, customers.tasks;"
        "print(sorted({'duckdb', 'splink', 'pyarrow'} & set(sys.modules)))"
    )

    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "[]"
