import pytest
from django.db import connection

from journeys import load
from journeys.models import Enrollment
from tests.builders import DAY, NOON, customer
from tests.journeys.builders import enrolled, live, step

pytestmark = pytest.mark.django_db
LONG_AGO = NOON - 3650 * DAY  # before all that other tests left dead in the index
READ = """
    SELECT indexrelid::regclass::text, pg_stat_get_xact_tuples_returned(indexrelid)
    FROM pg_index WHERE indrelid = 'journeys_enrollment'::regclass
"""


def read_of_indexes():
    with connection.cursor() as cursor:
        cursor.execute(READ)
        return dict(cursor.fetchall())


def test_claim_of_a_backlog_reads_no_more_than_it_takes():
    version = live(step("bye", "exit"))
    people = [customer() for _ in range(60)]
    for one in people[:2]:
        enrolled(version, one, standing="ended", due_at=None, ended_at=NOON)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE journeys_enrollment")  # nobody is due, it says
    for one in people:
        enrolled(version, one, due_at=LONG_AGO)
    first = list(Enrollment.objects.filter(standing="due").order_by("pk").values_list("pk", flat=True)[:10])
    before = read_of_indexes()

    claimed = load.claim(NOON, 10)

    assert [row.id for row in claimed] == first
    read = {name: count - before.get(name, 0) for name, count in read_of_indexes().items()}
    assert {name: count for name, count in read.items() if count} == {"enrollment_due": 10}
