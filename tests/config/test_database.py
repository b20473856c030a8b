import pytest
from django.db import DatabaseError, connection, transaction

from config import database

pytestmark = pytest.mark.django_db


def ask(number: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::int + 40", [number])
        return int(cursor.fetchone()[0])


def known() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE statement LIKE '%+ 40'")
        return [row[0] for row in cursor.fetchall()]


def test_what_is_asked_often_is_prepared_only_while_a_process_walks():
    before = [ask(number) for number in range(10)]
    assert known() == []

    with database.walking():
        within = [ask(number) for number in range(10)]
        assert known() == ["SELECT $1::int + 40"]

    connection.connection.execute("DEALLOCATE ALL")
    after = [ask(number) for number in range(10)]

    assert before == within == after == list(range(40, 50))
    assert known() == []


@pytest.mark.parametrize(
    ("statement", "is_away"),
    [
        ("SET LOCAL statement_timeout = 10; SELECT pg_sleep(5)", True),  # given up in the middle
        ("SELECT pg_terminate_backend(pg_backend_pid())", True),
        (f"SELECT {'(' * 50_000}1{')' * 50_000}", False),  # too deep: will be so the next time too
        ("SELECT 1/0", False),
    ],
)
def test_what_a_row_is_to_blame_for_is_told_from_what_the_database_is(statement, is_away):
    with pytest.raises(DatabaseError) as raised, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert database.is_away(raised.value) is is_away
    connection.close()
