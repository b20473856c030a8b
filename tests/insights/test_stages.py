from datetime import UTC

import pytest

from config.period import Period
from customers.models import StageMove
from insights.stages import stage_picture
from tests.builders import DAY, NOON, customer

pytestmark = pytest.mark.django_db


def test_picture_counts_who_stands_where_and_who_moved() -> None:
    ada, bruno, _nobody = customer(stage="use"), customer(stage="discovery"), customer()
    StageMove.objects.create(customer=ada, from_stage_id=None, to_stage_id=5, moved_at=NOON - DAY)
    StageMove.objects.create(customer=ada, from_stage_id=5, to_stage_id=6, moved_at=NOON)
    StageMove.objects.create(customer=bruno, from_stage_id=5, to_stage_id=2, moved_at=NOON)

    picture = stage_picture(Period.of("7", NOON + DAY), UTC)

    assert [row.customers for row in picture.rows] == [0, 1, 0, 0, 0, 1, 0]
    assert [(start.number, end.number, count) for start, end, count in picture.flows] == [
        (5, 2, 1),
        (5, 6, 1),
    ]
    assert (picture.customers, picture.unplaced, picture.returns, picture.first_moves) == (3, 1, 1, 1)
