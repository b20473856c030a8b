"""An import that is killed at a random row and begun again ends as one that nobody broke."""

import signal
import subprocess
import sys
import time

import pytest

from customers.models import Event, Membership, Segment
from tests.faults import people, truth
from tests.faults.tier import die, sized

pytestmark = pytest.mark.faults


def start(sette, first, last):
    words = [sys.executable, "-m", "tests.faults.importer", "people", str(first), str(last)]
    environment = sette.servers.environment(sette.database)
    return subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True)


def test_import_that_is_killed_at_random_rows_ends_as_an_unbroken_one(sette, told):
    number, kills = sized((5_000, 3), (100_000, 20))
    chance = die("import")
    people.make_customers(number)
    segment = Segment.objects.create(slug="people", name="People", kind=Segment.Kind.LIST)
    first = people.first_number()
    members = Membership.objects.filter(segment=segment, left_at=None)
    for turn in range(kills):
        importer = start(sette, first, first + number)
        enough = members.count() + chance.randint(1, number // (2 * kills))
        while members.count() < enough and importer.poll() is None:
            time.sleep(0.005)
        importer.send_signal(signal.SIGKILL)
        importer.communicate()
        assert members.count() < number, f"it was through before kill {turn + 1}"
    before = members.count()

    whole, _ = start(sette, first, first + number).communicate()
    again, _ = start(sette, first, first + number).communicate()

    assert whole.split() == [str(number - before), str(before), "0", "0"]
    assert again.split() == ["0", str(number), "0", "0"]
    assert members.count() == number == Membership.objects.count()
    entered = Event.objects.filter(name="$segment_entered").values_list("customer_id", flat=True)
    assert sorted(entered) == sorted(members.values_list("customer_id", flat=True))
    truth.check_invariants()
    told("import killed at a random row", f"{number} rows, {kills} kills", same_as_unbroken="yes")
