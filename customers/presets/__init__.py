"""Stage rules that a trade can begin with, a file for each. A list of rules holds where one of them does."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from django.utils.translation import gettext_lazy as _

from customers.models import Stage
from customers.models.stage import LABELS
from customers.rules.leaf import FAMILIES
from customers.stage_definitions import RULES

CALM: dict[str, Any] = {
    **{term: {} for term in RULES},
    "dwell": None,
    "interrupts": False,
    "onward": Stage.Onward.ANY,
    "back": Stage.Back.ANY,
}


@dataclass(frozen=True)
class Preset:
    """The terms of all seven stages for one trade, with the events that they are recognised by."""

    slug: str
    name: Any
    description: Any

    @property
    def definitions(self) -> dict[str, dict[str, Any]]:
        """What a draft is given: every term of every stage."""
        written = _read(self.slug)
        return {slug: CALM | {term: _tree(value) for term, value in written[slug].items()} for slug in LABELS}

    @property
    def events(self) -> list[str]:
        """The names of the events that a source has to send, in the order of the stages."""
        told = {
            event: None
            for slug in LABELS
            for term in RULES
            for leaf in _read(self.slug)[slug].get(term, [])
            for event in sorted(FAMILIES.get(leaf["field"]).model_validate(leaf).awaits())
        }
        return list(told)


def _tree(value: Any) -> Any:
    return {"combinator": "or", "not": False, "rules": value} if isinstance(value, list) else value


@cache
def _read(slug: str) -> dict[str, dict[str, Any]]:
    text = files("customers.presets").joinpath(f"{slug}.yaml").read_text("utf-8")
    return dict(yaml.safe_load(text))


PRESETS = {
    one.slug: one
    for one in (
        Preset(
            "shop",
            _("Shop"),
            _("Visits, carts and orders: an open cart counts first, then what was bought lately."),
        ),
        Preset(
            "subscription",
            _("Subscription"),
            _("From the first text read over the trial to renewals; who cancels is asked anew."),
        ),
        Preset(
            "b2b",
            _("B2B"),
            _("Papers, demos, meetings, quotes and contracts, over months and years."),
        ),
    )
}
