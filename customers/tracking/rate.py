"""How many calls a source may make: so many a second, saved up for a few seconds of silence."""

import math
import time

BURST = 10  # seconds whose calls may come at once

_buckets: dict[int, tuple[float, float]] = {}  # source → calls that it may make, and since when


def seconds_to_wait(source_id: int, most: int | None, calls: int, now: float | None = None) -> int:
    """Count calls of a source; 0 where it may make them, else the seconds until it may. None: no limit.

    Each web process counts for itself. A request that is larger than the limit passes when nothing else came.
    """
    if most is None:
        return 0
    now = time.monotonic() if now is None else now
    full = most * BURST
    left, at = _buckets.get(source_id, (float(full), now))
    left = min(full, left + (now - at) * most)
    wanted = min(calls, full)
    if wanted > left:
        _buckets[source_id] = (left, now)
        return math.ceil((wanted - left) / most)
    _buckets[source_id] = (left - calls, now)
    return 0


def forget_rates() -> None:
    """As if nobody had made a call."""
    _buckets.clear()
