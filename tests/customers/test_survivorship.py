from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.models import Source, TraitRule
from customers.profile import MOST, Profile
from customers.survivorship import Rules, Said
from tests.builders import HOUR, NOON
from tests.customers.calls import identify, owner, receive

RULES = Rules({"city": "trusted", "size": "frequent"}, {1: 10, 2: 90})
WORDS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from([0, 1, 2]),
        st.dictionaries(st.sampled_from(["city", "size", "hat"]), st.sampled_from(["a", "b", 1, None])),
    ),
    max_size=6,
)
Word = tuple[int, int, dict[str, object]]


def learned(words: list[Word], origin_id: int = 0) -> Profile:
    profile = Profile()
    for minutes, source_id, traits in words:
        call = identify(NOON + timedelta(minutes=minutes), traits, message_id="m")
        profile.learn(call, "IT", Said(source_id, origin_id, RULES))
    return profile


@given(WORDS.flatmap(lambda words: st.tuples(st.just(words), st.permutations(words))))
def test_any_order_of_arrival_gives_the_same_record(orders):
    one, other = (learned(list(words)) for words in orders)

    assert (one.traits, one.trait_times) == (other.traits, other.trait_times)
    assert one.source_of("city") == other.source_of("city")
    assert one.source_of("hat") == other.source_of("hat")


@given(WORDS, WORDS)
def test_joining_two_records_is_learning_both(one, other):
    joined = learned(one)
    joined.absorb(learned(other), 7, RULES)
    both = learned([*one, *other])

    assert (joined.traits, joined.trait_times) == (both.traits, both.trait_times)


def test_most_trusted_source_stays_and_the_newest_of_it():
    record = learned([(0, 2, {"city": "Bari"}), (1, 2, {"city": "Roma"}), (2, 1, {"city": "Pisa"})])

    assert (record.traits, record.source_of("city")) == ({"city": "Roma"}, 2)


def test_most_frequent_value_stays_and_of_equals_the_last():
    record = learned([(0, 1, {"size": "S"}), (1, 1, {"size": "M"})])
    assert record.traits == {"size": "M"}

    record = learned([(0, 1, {"size": "S"}), (1, 1, {"size": "S"}), (2, 1, {"size": "M"})])
    assert record.traits == {"size": "S"}


@given(WORDS.flatmap(lambda words: st.tuples(st.just(words), st.permutations(words))))
def test_sources_are_kept_in_one_way(orders):
    one, other = (learned([(at, of, {"hat": 1} | said) for at, of, said in words]) for words in orders)
    plain = {name: one.source_of(name) for name in one.trait_times if name != "size"}

    assert plain == {name: other.source_of(name) for name in other.trait_times if name != "size"}
    for record in (one, other):
        kept = record.settled_sources()
        assert {name: kept.get(name, kept.get(MOST, 0)) for name in plain} == plain


@pytest.mark.django_db
def test_source_and_time_of_each_trait_are_kept():
    shop = Source.objects.create(name="Till", write_key="k")

    receive(identify(external_id="u1", traits={"city": "Roma"}), source_id=shop.pk)
    receive(identify(external_id="u1", traits={"hat": 5}))

    record = owner("external_id", "u1")
    assert record.trait_sources == {"city": shop.pk}
    assert set(record.trait_times) == {"city", "hat"}


@pytest.mark.django_db
def test_rule_of_a_trait_is_asked_of_what_arrives():
    TraitRule.objects.create(trait="city", way="trusted")
    till = Source.objects.create(name="Till", write_key="k", trust=90)
    shop = Source.objects.create(name="Shop", write_key="l", trust=20)

    receive(identify(external_id="u1", traits={"city": "Roma"}, at=NOON - HOUR), source_id=till.pk)
    receive(identify(external_id="u1", traits={"city": "Pisa", "hat": 5}), source_id=shop.pk)

    assert owner("external_id", "u1").traits == {"city": "Roma", "hat": 5}
