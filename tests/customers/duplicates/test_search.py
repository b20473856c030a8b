from customers.duplicates import search as searching
from customers.duplicates.people import person
from customers.duplicates.search import search

ADA = {"first_name": "Ada", "last_name": "Lovelace", "birthday": "1815-12-10", "city": "London"}
TYPO = ADA | {"last_name": "Lovelaze"}
BOB = {"first_name": "Bob", "last_name": "Lovelace", "birthday": "1990-01-01", "city": "London"}


def searched(*traits, changed=None):
    people = [
        (person(number, one), changed is None or number in changed) for number, one in enumerate(traits)
    ]
    return search([people[:1], [], people[1:]])


def test_two_who_differ_by_a_letter_are_found_with_the_evidence():
    (pair,) = searched(ADA, BOB, TYPO).found

    assert (pair.first_id, pair.second_id) == (0, 2)
    assert searching.SUGGESTED <= pair.probability < 1
    assert {one.field: (one.level, one.letters) for one in pair.evidence} == {
        "first_name": ("same", 0),
        "last_name": ("close", 1),
        "city": ("same", 0),
        "birthday": ("same", 0),
    }
    assert all(one.weight > 0 for one in pair.evidence)


def test_two_of_a_household_are_not_found():
    assert searched(ADA, BOB).found == []


def test_names_that_stand_in_each_others_place_are_found():
    swapped = ADA | {"first_name": "Lovelace", "last_name": "Ada"}

    (pair,) = searched(ADA, swapped).found

    assert {one.level for one in pair.evidence if one.field.endswith("name")} == {"swapped"}


def test_pairs_of_which_nobody_has_changed_are_left_out():
    assert len(searched(ADA, TYPO, BOB, changed={1}).found) == 1
    assert searched(ADA, TYPO, BOB, changed={2}).found == []


def test_value_that_many_share_is_no_key_and_says_little():
    crowd = [{"last_name": "Unknown", "birthday": "1900-01-01", "city": f"c{n}"} for n in range(150)]

    assert searched(*crowd) == searching.Searched(150, [])


def test_nobody_and_one_make_no_pair():
    assert searched() == searching.Searched(0, [])
    assert searched(ADA, {"city": "Roma"}) == searching.Searched(1, [])
