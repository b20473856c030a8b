import pytest

from config import work
from customers.imports.columns import ColumnsError, guess
from customers.imports.services import begin
from customers.models import Consent, Customer, DoubleOptIn, PendingConsent, Suppression
from customers.services import erase_customers
from tests.builders import DAY, NOON, customer
from tests.customers.imports.files import counts, imported, reasons, taken, tried

pytestmark = pytest.mark.django_db
LIST = """Email;phone;Reason;list
ADA@Example.com;;Hard bounce;old
bob@example.com;+39 06 5551234;spam;old
;+390655599999;;old
"""


def excluded():
    return list(Suppression.objects.order_by("kind", "value").values_list("kind", "value", "reason"))


def test_addresses_are_excluded_each_for_its_reason():
    one = imported(LIST, "suppressions")

    assert (one.state, one.rows, counts(one)) == ("done", 3, (0, 3, 0, 0))
    assert excluded() == [
        ("email", "ADA@example.com", "bounced"),
        ("email", "bob@example.com", "complained"),
        ("phone", "+39065551234", "complained"),
        ("phone", "+390655599999", "by_hand"),
    ]
    assert not Customer.objects.exists()


def test_second_run_changes_nothing():
    imported(LIST, "suppressions")
    before = list(Suppression.objects.order_by("pk").values())

    again = imported(LIST.replace("spam", "gone"), "suppressions", now=NOON + DAY)

    assert counts(again) == (0, 0, 3, 0)
    assert list(Suppression.objects.order_by("pk").values()) == before


def test_trial_says_what_the_import_then_does():
    Suppression.objects.create(kind="email", value="bob@example.com", reason="gone", created_at=NOON)
    text = (
        LIST
        + "bob@example.com;;;x\nada@example;;;x\nADA@example.com;;;x\n;;spam;x\nx@example.com;;no idea;x\n"
    )

    one = tried(taken(text, "suppressions"))

    said = [one.expected[name] for name in ("created", "changed", "unchanged", "rejected")]
    assert said == [0, 3, 2, 3]
    assert len(excluded()) == 1
    begin(one, NOON)
    work.settle(NOON)
    one.refresh_from_db()
    assert counts(one) == tuple(said)
    assert sorted(reasons(one)) == [6, 8, 9]
    assert reasons(one)[9] == "Reason: Write one of: bounced, complained, by_hand, gone."


def test_excluded_address_of_a_customer_makes_no_second_customer():
    of = customer(email="ada@example.com")

    imported("email\nada@example.com\n", "suppressions")

    assert excluded() == [("email", "ada@example.com", "by_hand")]
    assert Customer.objects.get() == of


def test_erased_address_is_not_kept_again():
    erase_customers([customer(email="ada@example.com").pk], NOON)

    one = imported("email,reason\nada@example.com,spam\nbea@example.com,spam\n", "suppressions")

    assert counts(one) == (0, 1, 0, 1)
    assert reasons(one) == {2: "The person was erased, and stays so."}
    assert excluded() == [("email", "bea@example.com", "complained")]


def test_file_without_addresses_is_refused():
    with pytest.raises(ColumnsError):
        begin(taken("reason\nspam\n", "suppressions"), NOON)


def test_columns_that_mean_nothing_are_passed_over():
    columns = guess("suppressions", ["E-Mail", "external_id", "Motivo", "city"], [], day_first=True)

    assert [column.to for column in columns] == ["email", "", "reason", ""]


@pytest.mark.parametrize(("cell", "counted"), [("yes", True), ("no", False), ("", False)])
@pytest.mark.parametrize("kind", ["consents", "customers"])
def test_consent_of_a_file_is_confirmed_only_if_it_says_so(kind, cell, counted):
    DoubleOptIn.objects.create(channel="email")
    texts = {
        "consents": f"email,channel,granted,confirmed\nada@example.com,email,yes,{cell}\n",
        "customers": f"email,confirmed,consent.email\nada@example.com,{cell},yes\n",
    }

    imported(texts[kind], kind)

    assert Consent.objects.filter(is_granted=True).exists() is counted
    assert list(PendingConsent.objects.values_list("ask_at", flat=True)) == ([] if counted else [None])
