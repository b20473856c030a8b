"""Into which of ten thousand buckets a customer falls: the same for ever, so that chance can be repeated.

A holdout of 10 % is buckets 0 to 999 of its own salt. Growing it to 20 % keeps those who are in; another
salt draws anew. A customer is who its public id says: of two who are joined, the one that stays keeps its
buckets.
"""

from decimal import Decimal
from hashlib import sha256
from uuid import UUID

from django.db.models import BigIntegerField, Func

BUCKETS = 10_000
PARTS = BUCKETS // 100  # buckets of one per cent


def bucket_of(salt: str, public_id: UUID) -> int:
    """The customer's bucket under a salt."""
    digest = sha256(f"{salt}:{public_id}".encode()).hexdigest()
    return int(digest[:15], 16) % BUCKETS


def buckets_below(percent: Decimal) -> int:
    """How many buckets, from the first on, are so many per cent of the customers."""
    return int(percent * PARTS)


def bucket_sql(salt: str, public_id: str) -> str:
    """`bucket_of` as SQL, of two expressions."""
    digest = f"encode(sha256(convert_to(({salt}) || ':' || ({public_id})::text, 'UTF8')), 'hex')"
    return f"mod(('x' || left({digest}, 15))::bit(60)::bigint, {BUCKETS})"


class Bucket(Func):
    """`bucket_of` as an expression over querysets, of a salt and the public id as text."""

    arity = 2
    arg_joiner = ") || ':' || ("
    template = (
        "mod(('x' || left(encode(sha256(convert_to((%(expressions)s), 'UTF8')), 'hex'), 15))"
        f"::bit(60)::bigint, {BUCKETS})"
    )
    output_field = BigIntegerField()
