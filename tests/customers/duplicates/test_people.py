import pytest

from customers.duplicates.people import Person, person


@pytest.mark.parametrize(
    "traits",
    [
        {
            "firstName": "Zoë",
            "lastName": "D'Angelo",
            "email": "Zoe@Example.com",
            "phone": "+39 333 123 4567",
            "birthday": "1980-02-29T00:00:00Z",
            "address": {"street": "Via Roma, 7", "city": "SAN REMO", "postalCode": "18 038"},
        },
        {
            "name": "zoe d angelo",
            "first_name": "zoe",
            "last_name": "d angelo",
            "email": " zoe@example.com",
            "phone": "0333-123 4567",
            "date_of_birth": "19800229",
            "address": "via roma 7",
            "city": "San Remo",
            "zip": "18038",
        },
    ],
)
def test_person_has_one_spelling(traits):
    expected = Person(
        7,
        "zoe",
        "d angelo",
        "zoe@example.com",
        "331234567",
        "via roma 7",
        "san remo",
        "18038",
        "19800229",
    )

    assert person(7, traits) == expected


@pytest.mark.parametrize(
    ("name", "names"),
    [("Ada King Lovelace", ("ada king", "lovelace")), ("Ada", (None, "ada")), ("", (None, None))],
)
def test_whole_name_is_parted_before_its_last_word(name, names):
    one = person(1, {"name": name})

    assert (one.first_name, one.last_name) == names


@pytest.mark.parametrize("value", [None, True, 1.5, [], {"a": 1}, "", "  ", "\0", "'"])
def test_what_is_no_text_says_nothing(value):
    traits = dict.fromkeys(
        ("first_name", "last_name", "email", "phone", "city", "birthday", "address"), value
    )

    assert set(person(1, traits)[1:]) == {None}


def test_number_is_a_postcode():
    assert person(1, {"zip": 4223}).postcode == "4223"


def test_who_is_known_by_one_field_is_not_compared():
    assert not person(1, {"city": "Roma"}).is_comparable
    assert person(1, {"city": "Roma", "first_name": "Ada"}).is_comparable
