"""How hard a run tries: the CI tier in `make test`, the nightly one in `make faults`; and the dice."""

import os
import random
from typing import TypeVar

T = TypeVar("T")
TIER = os.environ.get("SETTE_FAULTS", "ci")
SEED = int(os.environ.get("SETTE_FAULTS_SEED", "7"))


def sized(ci: T, nightly: T) -> T:
    """The size of a fault in this tier, as the table of docs/operating.md says."""
    return nightly if TIER == "nightly" else ci


def die(name: str) -> random.Random:
    """The die of one fault: the same for the same seed, whatever else runs."""
    return random.Random(f"{SEED}:{name}")
