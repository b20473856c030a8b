"""What is wrong with a graph: collected, so that all of it is said at once. Pure."""

from collections.abc import Collection, Iterable

from pydantic import ValidationError

from config.invalid import words_of
from customers.rules import Problem

Fault = dict[str, str]
TOO_FEW = "too_short"  # what pydantic calls that


class GraphError(ValueError):
    """The graph can't be published; `errors` is a list of {"path", "message"}, one for each fault."""

    def __init__(self, errors: list[Fault]) -> None:
        super().__init__("; ".join(f"{error['path']}: {error['message']}" for error in errors))
        self.errors = errors


class Faults:
    """A list of faults that grows while a graph is read."""

    def __init__(self) -> None:
        self.errors: list[Fault] = []

    def add(self, path: str, message: str) -> None:
        """One fault, at a dotted path of the graph."""
        self.errors.append({"path": path.strip("."), "message": message})

    def add_invalid(
        self, path: str, error: ValidationError, skip: int = 0, tagged: Collection[str] = ()
    ) -> None:
        """What pydantic found below `path`.

        The first `skip` parts of its locations are not fields, nor is what follows one that is `tagged`. A
        list whose parts are at fault is not said to have too few.
        """
        found = error.errors(include_url=False, include_input=False)
        for one in found:
            if one["type"] == TOO_FEW and any(_is_within(other["loc"], one["loc"]) for other in found):
                continue
            loc = one["loc"][skip:]
            fields = [str(part) for n, part in enumerate(loc) if not n or loc[n - 1] not in tagged]
            place = ".".join([path, *fields])
            self.add(place, words_of(one))

    def add_nested(self, path: str, errors: Iterable[Problem]) -> None:
        """What a rule or filter that stands at `path` says of itself."""
        for one in errors:
            self.add(f"{path}.{one['path']}", one["message"])

    def raise_any(self) -> None:
        """GraphError if there is a fault."""
        if self.errors:
            raise GraphError(self.errors)


def _is_within(loc: tuple[int | str, ...], part: tuple[int | str, ...]) -> bool:
    return len(loc) > len(part) and loc[: len(part)] == part
