"""What an import would do, without doing it: whom its rows lead to, and what they would change."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from django.db.models import F

from customers.apply import words
from customers.commerce.services import expected_products
from customers.consents import double_opt_ins, known_words, weigh
from customers.identity import Linked, Received, linked
from customers.imports.intake import rows_of, source_of_files
from customers.imports.products import Listed
from customers.imports.rows import Fault
from customers.imports.suppressions import weigh_suppressions
from customers.models import Import, ImportBlock
from customers.records import load_profiles
from customers.seen import unseen
from customers.survivorship import Said, load_rules
from customers.tracking.calls import Call

MOST_TOLD = 20  # rejected rows that are shown; all are counted
MOST_EVENTS = 100


class RowReader(Protocol):
    """What reads the rows of an import."""

    def read(self, line: int, cells: list[str]) -> Call | Listed | Fault:
        """What a row says, or what is wrong with it."""


def try_block(one: Import, reader: RowReader, now: datetime) -> int:
    """Try the next block of an import, and add up what it would do; returns how many rows it had."""
    found = one.expected or {
        "created": 0,
        "changed": 0,
        "unchanged": 0,
        "rejected": 0,
        "faults": [],
        "events": {},
    }
    block = ImportBlock.objects.filter(of=one, number=found.get("block", 0)).first()
    if block is None:
        one.state, one.expected = Import.State.CHECKED, found
        one.save(update_fields=["state", "expected"])
        return 1
    read = [reader.read(line, cells) for line, cells in rows_of(block.rows)]
    faults = [said for said in read if isinstance(said, Fault)]
    if one.kind == Import.Kind.PRODUCTS:
        listed = [said for said in read if isinstance(said, Listed)]
        counts, events = Counter(expected_products(listed, now)), Counter[str]()
    else:
        counts, events = expected([said for said in read if isinstance(said, Call)], one.kind, now)
    counts["rejected"] += len(faults)
    for name, many in counts.items():
        found[name] += many
    told = [{"line": fault.line, "reason": fault.reason} for fault in faults]
    found["faults"] = (found["faults"] + told)[:MOST_TOLD]
    seen = Counter(found["events"]) + events
    found["events"] = dict(seen.most_common(MOST_EVENTS))
    found["block"] = block.number + 1
    one.expected = found
    one.tried = F("tried") + len(read)
    one.save(update_fields=["expected", "tried"])
    return len(read)


def expected(calls: Sequence[Call], kind: str, now: datetime) -> tuple[Counter[str], Counter[str]]:
    """How many of the rows make a customer, change something, change nothing, are refused; events by name.

    A customer who is made by an earlier block of the same file is not known yet.
    """
    if not calls:
        return Counter(), Counter()
    if kind == Import.Kind.SUPPRESSIONS:
        weighed = weigh_suppressions(calls)
        return weighed.counts + Counter(rejected=len(weighed.erased)), Counter()
    source_id = source_of_files() if kind == Import.Kind.EVENTS else None
    batch = [Received(call, now, source_id, call.message_id) for call in calls]
    found = linked(batch)
    if kind == Import.Kind.EVENTS:
        fresh = {id(one) for one in unseen(batch)}
        new = [id(one) in fresh for one in batch]
    else:
        new = _telling(batch, found, now)
    counts: Counter[str] = Counter()
    made: set[int] = set()
    for is_new, led in zip(new, found.links.found, strict=True):
        if led is None:
            counts["rejected"] += 1
        elif not led.person.root().id and id(led.person.root()) not in made:
            made.add(id(led.person.root()))
            counts["created"] += 1
        else:
            counts["changed" if is_new else "unchanged"] += 1
    return counts, Counter(
        one.call.event for one, is_new in zip(batch, new, strict=True) if is_new and one.call.event
    )


def _telling(batch: Sequence[Received], found: Linked, now: datetime) -> list[bool]:
    """Of each row whether it says anything that is not known of its customer."""
    persons = [led.person.root() if led else None for led in found.links.found]
    owners = [person.id if person else 0 for person in persons]
    gaining = {id(gain.person.root()) for gain in found.links.gained}
    rules = load_rules()
    profiles = load_profiles(set(owners) - {0})
    known, opt_ins = known_words(profiles.keys()), double_opt_ins()
    telling = []
    for one, of, country, person in zip(batch, owners, found.countries, persons, strict=True):
        profile = profiles.get(of)
        learned = (
            bool(profile.learn(one.call, country, Said(one.source_id or 0, rules=rules)))
            if profile
            else False
        )
        changes = weigh(words([one], [of], {}), known, now, opt_ins).events
        telling.append(learned or bool(changes) or (person is not None and id(person) in gaining))
    return telling
