from collections import Counter
from datetime import UTC

import pytest

from customers.models import StageMove
from insights.trend import trends
from tests.builders import DAY, NOON, customer


@pytest.mark.django_db
def test_sizes_of_earlier_days_are_todays_less_what_moved_since():
    for start, end, days in ((None, 1, 70), (1, 2, 3), (2, 1, 1), (1, 3, 0)):
        StageMove.objects.create(
            customer=customer(), from_stage_id=start, to_stage_id=end, moved_at=NOON - days * DAY
        )

    found = trends(Counter({1: 5, 2: 0, 3: 1}), NOON, UTC)

    assert found[1].sizes == [6] * 53 + [5, 5, 6, 5]
    assert found[2].sizes == [0] * 53 + [1, 1, 0, 0]
    assert (found[3].sizes, found[3].change) == ([0] * 56 + [1], 1)
    assert found[3].line.startswith("3.0,29.0 ")
    assert found[3].line.endswith(" 117.0,3.0")
