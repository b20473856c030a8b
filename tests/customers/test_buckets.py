"""Buckets are even, last for ever, and are the same in SQL."""

from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.db import connection

from customers.buckets import BUCKETS, bucket_of, bucket_sql, buckets_below

SOMEBODY = UUID("5f1d7a84-0b5e-4d3b-9a55-0d6f2c9f8b11")


def test_a_bucket_lasts():
    assert [bucket_of(salt, SOMEBODY) for salt in ("", "a", "b")] == [477, 6616, 2140]


def test_buckets_are_even():
    counts = [0] * 20
    for _ in range(20_000):
        counts[bucket_of("salt", uuid4()) * 20 // BUCKETS] += 1

    chi_square = sum((count - 1000) ** 2 / 1000 for count in counts)
    assert chi_square < 52  # of 19 degrees of freedom, once in 12,000 runs


def test_salts_draw_apart_from_each_other():
    people = [uuid4() for _ in range(20_000)]
    both = sum(bucket_of("a", one) < 2000 and bucket_of("b", one) < 2000 for one in people)

    assert 650 < both < 950  # 4 % of them


@pytest.mark.parametrize(("percent", "buckets"), [("0.01", 1), ("2.5", 250), ("10", 1000), ("100", BUCKETS)])
def test_percent_are_buckets_from_the_first_on(percent, buckets):
    assert buckets_below(Decimal(percent)) == buckets


@pytest.mark.django_db
def test_sql_says_the_same():
    people = [uuid4() for _ in range(200)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {bucket_sql('%(salt)s', 'one')} FROM unnest(%(people)s::uuid[]) AS one",
            {"people": people, "salt": "järn 50 %"},
        )
        assert [row[0] for row in cursor.fetchall()] == [bucket_of("järn 50 %", one) for one in people]
