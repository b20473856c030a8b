from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from customers.profile import Profile
from customers.tracking.calls import Call
from tests.builders import NOON
from tests.customers.calls import identify

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=3),
    st.lists(st.integers(0, 2), max_size=2),
    st.dictionaries(st.sampled_from("ab"), st.integers(0, 2), max_size=2),
)
NAMES = st.sampled_from(
    ["city", "email", "firstName", "first_name", "language", "locale", "country", "timezone"]
)
TEXTS = st.sampled_from(["it", "en", "IT", "FR", "Europe/Rome", "Asia/Tokyo", "a@b.it", "no", ""])
CALLS = st.builds(
    lambda minutes, traits, language, zone: identify(
        NOON + timedelta(minutes=minutes), traits, language=language, time_zone=zone, message_id="m"
    ),
    st.integers(0, 4),
    st.dictionaries(NAMES, VALUES | TEXTS, max_size=3),
    st.sampled_from(["", "it-IT", "en", "klingon"]),
    st.sampled_from(["", "Europe/Rome", "Asia/Tokyo", "Mars/Base"]),
)


def learned(calls: list[Call]) -> Profile:
    profile = Profile()
    for call in calls:
        profile.learn(call, "IT")
    return profile


@given(st.lists(CALLS, max_size=6).flatmap(lambda calls: st.tuples(st.just(calls), st.permutations(calls))))
def test_any_order_of_arrival_gives_the_same_record(orders):
    given_order, other_order = orders

    assert learned(given_order) == learned(other_order)


@given(st.lists(CALLS, max_size=5))
def test_learning_again_changes_nothing(calls):
    once = learned(calls)
    twice = learned(calls + calls)

    assert once == twice


@given(st.lists(CALLS, max_size=4), st.lists(CALLS, max_size=4))
def test_joining_two_records_is_learning_both(one, other):
    joined = learned(one)
    joined.absorb(learned(other))

    assert joined == learned(one + other)


def test_older_value_never_overwrites_a_newer_one():
    profile = learned(
        [identify(NOON, {"city": "Roma"}), identify(NOON - timedelta(days=1), {"city": "Bari"})]
    )

    assert profile.traits == {"city": "Roma"}


def test_null_unsets_a_trait():
    profile = learned([identify(NOON - timedelta(days=1), {"city": "Bari"}), identify(NOON, {"city": None})])

    assert profile.traits == {}


def test_reserved_names_are_kept_in_our_spelling():
    assert learned([identify(NOON, {"firstName": "Ada", "lastName": "Neri"})]).traits == {
        "first_name": "Ada",
        "last_name": "Neri",
    }


def test_language_country_and_zone_are_read_from_traits_before_the_context():
    profile = learned(
        [
            identify(NOON, {"locale": "fr_FR", "address": {"country": "fr"}}),
            identify(NOON + timedelta(days=1), {}, language="it", time_zone="Europe/Rome", country="IT"),
        ]
    )

    assert (profile.language, profile.country, profile.time_zone) == ("fr", "FR", "Europe/Rome")


def test_learn_tells_which_traits_changed():
    profile = learned([identify(NOON, {"city": "Roma", "age": 1})])

    assert profile.learn(identify(NOON + timedelta(days=1), {"city": "Roma", "age": True}), "IT") == {"age"}


def test_traits_beyond_the_limit_are_left_out_and_noted():
    profile = learned([identify(NOON, {f"t{n}": n for n in range(400)})])

    assert len(profile.traits) == 300
    assert "*" in profile.trait_errors
