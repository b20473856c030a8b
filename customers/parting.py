"""What belongs to whom of two who were one person for a while: traits and consents. Pure."""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

from customers.profile import Profile
from customers.survivorship import Rules

Row = Mapping[str, Any]


class Parted(NamedTuple):
    """One for each of the two: who is given back, and who stays."""

    old: Any
    kept: Any


class Whose(NamedTuple):
    """As whose something may have come: the old customer's and theirs; of others who were merged, and 0.

    `still`: the records, before their merges, of those who stay merged with the other, by their ids.
    """

    old_id: int
    theirs: AbstractSet[int]
    others: AbstractSet[int]
    still: Mapping[int, Profile]


def part_profiles(now: Profile, old: Profile, kept: Profile, whose: Whose, rules: Rules) -> Parted:
    """Each record as it was before the merge, with what was said as the customer's own since.

    What the other had taken over from somebody who was given back meanwhile is not taken over again.
    """
    parted = Parted(old, kept.part(whose.others))
    parted.old.absorb(now.part(whose.theirs), 0, rules, max)
    parted.old.own(whose.old_id)
    parted.kept.absorb(now.part(whose.others), 0, rules, max)
    for of, profile in whose.still.items():
        parted.kept.absorb(profile, of, rules, max)
    return parted


class Word(NamedTuple):
    """A consent as it stood: of whom, about what, and what was said when."""

    customer_id: int
    place: tuple[str, str]
    said: tuple[bool, Any]
    row: Row


Told = Collection[tuple[tuple[str, str], Any]]


def part_words(now: Sequence[Word], before: Sequence[Word], old_id: int, theirs: Told, ours: Told) -> Parted:
    """The rows of each: those of before, and what was said since by whose it was.

    `theirs` and `ours` are what events tell of the old customer and of the other. A word that none tells
    repeats one that there was. A refusal that was said since counts for both: nobody is written to who said
    no.
    """
    parted = Parted([], [])
    for rows, told, is_old in ((parted.old, theirs, True), (parted.kept, ours, False)):
        known = {word.place: word for word in before if (word.customer_id == old_id) is is_old}
        for word in now:
            was = known.pop(word.place, None)
            if _counts(word, was, before, (told, theirs, ours)):
                rows.append(word.row)
            elif was:
                rows.append(was.row)
        rows.extend(word.row for word in known.values())
    return parted


def _counts(word: Word, was: Word | None, before: Sequence[Word], told: tuple[Told, Told, Told]) -> bool:
    """Whether a word was said since the merge, and is that of the customer who had said `was`."""
    if any(word.place == one.place and word.said == one.said for one in before):
        return False
    own, *both = told
    said = (word.place, word.said[1])
    if not word.said[0] or said in own:
        return True
    return bool(was and was.said[0]) and not any(said in some for some in both)
