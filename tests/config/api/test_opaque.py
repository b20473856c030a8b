import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.api.opaque import UnknownIdError, seal, unseal


@given(st.integers(min_value=-(2**63), max_value=2**63 - 1))
def test_unseal_gives_back_what_was_sealed(number):
    assert unseal("cap", seal("cap", number)) == number


def test_seal_shows_another_id_for_each_kind():
    assert seal("cap", 7) != seal("event", 7)


def test_unseal_refuses_the_id_of_another_kind():
    with pytest.raises(UnknownIdError):
        unseal("event", seal("cap", 7))


@given(st.uuids())
def test_unseal_refuses_a_made_up_id(made_up):
    with pytest.raises(UnknownIdError):
        unseal("cap", made_up)
