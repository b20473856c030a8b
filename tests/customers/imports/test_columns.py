import pytest

from customers.imports.columns import Column, ColumnsError, check, guess


def test_columns_are_guessed_by_name_and_cells():
    names = [
        "Customer ID",
        "E-Mail",
        "Cellulare",
        "Nome",
        "traits.Shoe.size",
        "consent.email.news",
        "ZIP",
        "public_id",
    ]

    found = guess("customers", names, [["1", "a@b.it", "", "Ada", "38", "yes", "00100", "x"]], day_first=True)

    assert found == [
        Column("external_id"),
        Column("email"),
        Column("phone"),
        Column("trait", "first_name"),
        Column("trait", "Shoe.size", "number"),
        Column("consent", "email.news"),
        Column("trait", "zip"),
        Column(""),
    ]


def test_columns_of_events_are_guessed():
    names = ["user_id", "event", "timestamp", "properties.total", "Colour", "message_id"]

    found = guess("events", names, [["1", "Order", "31/12/2024 10:00", "9.5", "red", "m"]], day_first=True)

    assert found == [
        Column("external_id"),
        Column("event"),
        Column("said_at", type="day_first"),
        Column("property", "total", "number"),
        Column("property", "Colour"),
        Column("message_id"),
    ]


def test_second_column_of_a_kind_is_passed_over():
    assert guess("customers", ["email", "e-mail"], [], day_first=True) == [Column("email"), Column("")]


@pytest.mark.parametrize(
    ("kind", "columns", "event", "path"),
    [
        ("customers", [{"to": "trait", "name": "city"}], "", "columns"),
        ("customers", [{"to": "email"}, {"to": "email"}], "", "columns"),
        ("customers", [{"to": "email"}, {"to": "trait", "name": "$x"}], "", "columns.1"),
        ("customers", [{"to": "email"}, {"to": "trait", "name": "a..b"}], "", "columns.1"),
        ("customers", [{"to": "email"}, {"to": "trait", "name": "a", "type": "money"}], "", "columns.1"),
        ("customers", [{"to": "email"}, {"to": "consent", "name": "fax"}], "", "columns.1"),
        ("customers", [{"to": "email"}, {"to": "event"}], "", "columns.1"),
        ("customers", [{"to": "email"}, {"to": "said_at", "type": "text"}], "", "columns.1"),
        ("customers", [{"to": "email"}, 7, []], "", "columns"),
        ("consents", [{"to": "email"}, {"to": "granted"}], "", "columns"),
        ("events", [{"to": "email"}, {"to": "event"}], "", "columns"),
        ("events", [{"to": "email"}, {"to": "said_at", "type": "moment"}], "", "columns"),
    ],
)
def test_columns_that_cannot_be_are_refused_with_their_place(kind, columns, event, path):
    with pytest.raises(ColumnsError) as caught:
        check(kind, columns, ["a", "b", "c"][: len(columns)], event)

    assert path in {error["path"] for error in caught.value.errors}


def test_one_name_for_all_events_will_do():
    columns = [{"to": "email"}, {"to": "said_at", "type": "moment"}]

    assert check("events", columns, ["a", "b"], "Visit") == [
        Column("email"),
        Column("said_at", type="moment"),
    ]


def test_each_column_must_be_told():
    with pytest.raises(ColumnsError, match="2 columns"):
        check("customers", [{"to": "email"}], ["a", "b"])
