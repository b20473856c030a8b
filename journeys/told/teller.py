"""The contract of a teller."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime

from journeys.graph import Place
from journeys.walk import Claimed, Walk

Answer = Callable[[Claimed], Hashable]
Answers = Callable[[Walk], Answer]


@dataclass(frozen=True, eq=False)
class Teller:
    """Reads one field of the Moment, `fact`, for those whose step asks for it.

    `read` takes all such walks of a round and makes one query for them; of its answer, each walk's is asked,
    and of that, each row's. `only_first`: told where they stood when claimed, not where they come to.
    `before_fate`: told no more when what the step asked for has its fate.
    """

    fact: str
    is_asked: Callable[[Place], bool]
    read: Callable[[Sequence[Walk], datetime], Answers]
    only_first: bool = False
    before_fate: bool = False
