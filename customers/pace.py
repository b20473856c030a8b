"""How many rows are taken at once: to find a row that ends the process, to keep nobody waiting."""

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


HELD = 0.25  # seconds for which a rebuild means to hold the events' lock at a time
FEWEST, MOST = 500, 200_000


@dataclass
class Stride:
    """So many customers as a rebuild asks while others wait about HELD seconds for the events' lock."""

    rows: int = 50_000

    def took(self, rows: int, seconds: float) -> None:
        """Learn from a range: half as many where it took twice as long, twice as many where a third."""
        if seconds > 2 * HELD:
            self.rows = max(rows // 2, FEWEST)
        elif seconds < HELD / 3 and rows == self.rows:
            self.rows = min(2 * rows, MOST)

    def stumbled(self) -> bool:
        """A range ran into the time-out: take far fewer. False: it was the fewest already."""
        was, self.rows = self.rows, max(self.rows // 8, FEWEST)
        return was > FEWEST
