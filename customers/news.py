"""News about customers from whoever may not wait for locks: a row tells it, a piece of work hears it."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from itertools import chain

from django.db import connection

from config import work
from config.database import LOCKS
from customers.classify import classify_news
from customers.copying import numbers
from customers.definitions import load_definitions
from customers.events import lock_events
from customers.locks import lock_customers
from customers.models import News
from customers.rules import Depends

MEANS = {News.What.REACH: Depends(reach=True), News.What.MESSAGES: Depends(messages=True)}
# Shared with all who tell; whoever saves a rule waits for them, and asks everybody afterwards. Nobody waits
# for who saves: what a rule that is being saved reads is not known, so all is told.
SHARE = f"SELECT pg_try_advisory_xact_lock_shared({LOCKS}, 2)"
TELL = "INSERT INTO customers_news (customer_id, what) SELECT id, %s FROM unnest(%s::bigint[]) AS told(id)"
TAKE = """
    DELETE FROM customers_news WHERE id IN (SELECT id FROM customers_news ORDER BY id LIMIT %s)
    RETURNING customer_id, what
"""
BATCH = 2000
HEAR_DUE = "EXISTS (SELECT FROM customers_news)"


def tell(customer_ids: Collection[int], what: News.What) -> None:
    """In the caller's transaction: have rules that read `what` asked of these customers soon."""
    if not customer_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(SHARE)
        is_settled = cursor.fetchone() == (True,)
        if not is_settled or any(one.depends.meets(MEANS[what]) for one in chain(*load_definitions())):
            cursor.execute(TELL, [what, numbers(customer_ids)])
            work.wake("customers.hear")


@work.redoable()
def hear(now: datetime, limit: int = BATCH) -> int:
    """Ask what reads the news of the customers whom they are about; returns how many news there were."""
    lock_events()
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [limit])
        rows = cursor.fetchall()
    news: defaultdict[int, Depends] = defaultdict(Depends)
    for customer_id, what in rows:
        news[customer_id] |= MEANS[News.What(what)]
    classify_news({of: news[of] for of in lock_customers(news)}, now)
    return len(rows)
