"""What is wrong with a rule, said so that its author can mend it."""

from collections.abc import Sequence
from typing import TypedDict


class Problem(TypedDict):
    """One thing that is wrong: `path` leads to it in the tree (`rules.0.value`), `message` says what is."""

    path: str
    message: str


class RuleError(ValueError):
    """A rule or a list of filters can't be accepted; `errors` has every problem that was found."""

    def __init__(self, errors: Sequence[Problem]) -> None:
        self.errors = list(errors)
        super().__init__("; ".join(f"{error['path'] or 'rule'}: {error['message']}" for error in self.errors))


class Slip(ValueError):  # noqa: N818 - the grain of a RuleError, which is the error
    """One value of a leaf is wrong; the parser adds where it stands."""
