"""How the processes that work through rows treat memory: the collector, and the most that one may take."""

import gc
import resource


def spare_memory() -> None:
    """Keep what is loaded out of collection and collect less often: it takes a quarter of a batch's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)  # a batch makes thousands of small rows


def bound_memory(megabytes: int) -> None:
    """Let this process take so much and no more: what asks for it gets a MemoryError, and fails alone.

    A limit that the system has set already, and that is lower, stays.
    """
    limit, (_, most) = megabytes * 1024 * 1024, resource.getrlimit(resource.RLIMIT_DATA)
    if most == resource.RLIM_INFINITY or limit < most:
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
