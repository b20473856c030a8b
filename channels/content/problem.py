"""What is wrong with a content, told to the person who wrote it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: in which field of the text, in which of its lines, and what."""

    field: str
    line: int
    message: str


class ContentError(ValueError):
    """A text that can't be compiled; `problems` says why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{each.field}, line {each.line}: {each.message}" for each in problems))
        self.problems = problems
