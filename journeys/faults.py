"""What is wrong with a graph: collected, so that all of it is said at once. Pure."""

from collections.abc import Iterable

from pydantic import ValidationError

from customers.rules import Problem

Fault = dict[str, str]


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

    def add_invalid(self, path: str, error: ValidationError, skip: int = 0) -> None:
        """What pydantic found below `path`; `skip` parts of its locations are not fields."""
        for one in error.errors(include_url=False, include_context=False, include_input=False):
            place = ".".join([path, *map(str, one["loc"][skip:])])
            self.add(place, one["msg"].removeprefix("Value error, "))

    def add_nested(self, path: str, errors: Iterable[Problem]) -> None:
        """What a rule or filter that stands at `path` says of itself."""
        for one in errors:
            self.add(f"{path}.{one['path']}", one["message"])

    def raise_any(self) -> None:
        """GraphError if there is a fault."""
        if self.errors:
            raise GraphError(self.errors)
