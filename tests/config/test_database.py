import pytest
from django.db import connection

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
