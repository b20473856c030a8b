"""How many rows a process takes at once, so that a row that ends the process is found."""

from dataclasses import dataclass


@dataclass
class Pace:
    """One row at first, then twice as many each time; one again after the database went away.

    A row that ends the process that works on it, or the database under it, leaves nobody to say which row it
    was. So whoever comes anew is careful: it comes ever nearer to that row, and at last takes it alone, after
    having counted the attempt.
    """

    rows: int = 1

    @property
    def is_careful(self) -> bool:
        """Whether the next row stands alone, and its attempt is counted before the work."""
        return self.rows == 1

    def quicken(self) -> None:
        """It went well, or the row that failed is known: take twice as many."""
        self.rows = min(2 * self.rows, 1 << 20)

    def slow(self) -> None:
        """The database went away, maybe by what it was asked to do: begin anew."""
        self.rows = 1
