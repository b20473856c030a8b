"""What a rule asks for and nobody ever had: flagged, for it may be a slip of the pen, or be yet to come."""

from datetime import timedelta

from django.utils.translation import gettext as _

from customers.bounded import TooSlowError, bounded_reads
from customers.models import Customer, Event
from customers.rules import Problem, Rule

LONGEST = timedelta(seconds=1)


def unseen(rule: Rule) -> list[Problem]:
    """For each line its events that never arrived and its traits that nobody has.

    Of a table so large that this can't be told within a second nothing is said.
    """
    found: list[Problem] = []
    try:
        with bounded_reads(LONGEST):
            for path, leaf in rule.leaves():
                missing = [*_events(leaf.awaits()), *_traits(leaf.depends().traits)]
                found += [Problem(path=path, message=said) for said in missing]
    except TooSlowError:
        return found
    return found


def _events(names: frozenset[str]) -> list[str]:
    wanted = [name for name in sorted(names) if not name.startswith("$")]  # Sette's own come when they come
    missing = [name for name in wanted if not Event.objects.filter(name=name).exists()]
    return [_("No event “%(name)s” has ever arrived.") % {"name": name} for name in missing]


def _traits(names: frozenset[str]) -> list[str]:
    missing = [name for name in sorted(names) if not Customer.objects.filter(traits__has_key=name).exists()]
    return [_("No customer has the trait “%(name)s”.") % {"name": name} for name in missing]
