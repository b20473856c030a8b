import pytest

from customers.addresses import AddressError, normal


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("Anna@EXAMPLE.com", "Anna@example.com"),
        (" a.b+c@example.co.uk ", "a.b+c@example.co.uk"),
        ("a@bücher.example", "a@xn--bcher-kva.example"),
        ("a@example.com.", "a@example.com"),
    ],
)
def test_email_is_kept_in_one_spelling(value, kept):
    assert normal("email", value, "IT") == kept


@pytest.mark.parametrize(
    "value",
    [
        "a@b",
        "a@[127.0.0.1]",
        "a@127.0.0.1",
        "x" * 65 + "@example.com",
        "a b@example.com",
        "a@@example.com",
        "@example.com",
        "a@",
        "a@-x.com",
        "a@x..com",
        "a.@example.com",
        "a@example.com\r\nBcc: b@example.com",
        "a@" + "x" * 64 + ".com",
        'a"b@example.com',
        "a@\u2028.com",
    ],
)
def test_email_that_is_none_is_refused(value):
    with pytest.raises(AddressError):
        normal("email", value, "IT")


@pytest.mark.parametrize(
    ("value", "country", "kept"),
    [
        ("333 123 4567", "IT", "+393331234567"),
        ("+44 20 7946 0958", "IT", "+442079460958"),
        ("0033612345678", "IT", "+33612345678"),
        ("(415) 555-2671", "us", "+14155552671"),
    ],
)
def test_phone_is_kept_in_e164(value, country, kept):
    assert normal("phone", value, country) == kept


@pytest.mark.parametrize("value", ["1-800-FLOWERS", "12", "", "+39 02", "333 123 4567 ext 5", "\0"])
def test_phone_that_is_none_is_refused(value):
    with pytest.raises(AddressError):
        normal("phone", value, "IT")


@pytest.mark.parametrize("value", ["", "   ", "x" * 513])
def test_identifier_of_impossible_length_is_refused(value):
    with pytest.raises(AddressError):
        normal("external_id", value, "IT")
