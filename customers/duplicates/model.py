"""How two records are compared: the levels of each field, what they say, and by which keys pairs are found.

Each level has two shares: of pairs that are one person (`is_one`) and of pairs that are not (`is_other`). The
first are shipped: how people and clerks err differs little from brand to brand. The second, and how frequent
each value is, are reckoned from the customers themselves, without labels; what is shipped counts as
`SHIPPED_PAIRS` pairs among them, so that few customers need no luck.
"""

from typing import Any, NamedTuple

SHIPPED_PAIRS = 10_000
TWICE = 0.05  # of the customers are assumed to be there twice
SUGGESTED = 0.95  # the probability from which a pair is suggested
LARGEST_BLOCK = 100  # a key that more customers share tells nothing, and would cost its square


class Level(NamedTuple):
    """One outcome of a comparison: its name, when it holds (SQL of DuckDB), both shares."""

    name: str
    condition: str
    is_one: float
    is_other: float


def _letters(field: str, most: int) -> str:
    return f"damerau_levenshtein({field}_l, {field}_r) <= {most}"


def _alike(field: str, least: float) -> str:
    return f"jaro_winkler_similarity({field}_l, {field}_r) >= {least}"


def _name(field: str, other: str) -> tuple[Level, ...]:
    return (
        Level("same", f"{field}_l = {field}_r", 0.74, 0.003),
        Level("swapped", f"{field}_l = {other}_r OR {field}_r = {other}_l", 0.03, 0.0003),
        Level("close", _letters(field, 1), 0.10, 0.0015),
        Level("similar", _alike(field, 0.88), 0.04, 0.001),
        Level("different", "", 0.09, 0.9942),
    )


MAILBOX = "split_part(email_l, '@', 1) = split_part(email_r, '@', 1)"
COMPARISONS: dict[str, tuple[Level, ...]] = {
    "first_name": _name("first_name", "last_name"),
    "last_name": _name("last_name", "first_name"),
    "email": (
        Level("same", "email_l = email_r", 0.45, 0.00001),
        Level("close", _letters("email", 2), 0.2, 0.00005),
        Level("mailbox", MAILBOX, 0.1, 0.0002),
        Level("different", "", 0.25, 0.99974),
    ),
    "phone": (
        Level("same", "phone_l = phone_r", 0.5, 0.00002),
        Level("close", _letters("phone", 1), 0.15, 0.00005),
        Level("different", "", 0.35, 0.99993),
    ),
    "street": (
        Level("same", "street_l = street_r", 0.5, 0.0001),
        Level("close", _letters("street", 2), 0.2, 0.0001),
        Level("similar", _alike("street", 0.85), 0.15, 0.0003),
        Level("different", "", 0.15, 0.9995),
    ),
    "city": (
        Level("same", "city_l = city_r", 0.75, 0.01),
        Level("close", _letters("city", 2), 0.12, 0.002),
        Level("similar", _alike("city", 0.88), 0.03, 0.001),
        Level("different", "", 0.1, 0.987),
    ),
    "postcode": (
        Level("same", "postcode_l = postcode_r", 0.8, 0.001),
        Level("close", _letters("postcode", 1), 0.1, 0.01),
        Level("different", "", 0.1, 0.989),
    ),
    "birthday": (
        Level("same", "birthday_l = birthday_r", 0.9, 0.0001),
        Level("close", _letters("birthday", 1), 0.05, 0.001),
        Level("similar", _letters("birthday", 2), 0.02, 0.014),
        Level("different", "", 0.03, 0.9849),
    ),
}
# Two customers are compared when they share one of these; an expression is null where a part is.
KEYS = (
    "CASE WHEN first_name < last_name THEN first_name || last_name ELSE last_name || first_name END",
    "birthday",
    "street",
    "phone",
    "split_part(email, '@', 1)",
    "postcode || '|' || last_name",
    "postcode || '|' || first_name",
    "city || '|' || last_name",
    "city || '|' || first_name",
    "postcode || '|' || nullif(regexp_extract(street, '[0-9]+'), '')",
)
Shares = dict[tuple[str, str], float]  # of pairs that are not one person, by field and level
SHIPPED: Shares = {
    (field, level.name): level.is_other for field, levels in COMPARISONS.items() for level in levels
}


def mixed(seen: Shares, pairs: int) -> Shares:
    """The shares seen in so many random pairs, with the shipped ones as `SHIPPED_PAIRS` more."""
    whole = pairs + SHIPPED_PAIRS
    return {
        key: (seen.get(key, 0.0) * pairs + share * SHIPPED_PAIRS) / whole for key, share in SHIPPED.items()
    }


def expected_share(customers: int) -> float:
    """How many of all pairs of so many customers are one person, before anything is compared."""
    return min(2 * TWICE / max(customers - 1, 1), 0.01)


def level_of(field: str, place: int) -> Level | None:
    """The level that splink tells by its place from the end; None where one of the two is not known."""
    return COMPARISONS[field][-1 - place] if place >= 0 else None


def settings(shares: Shares, customers: int) -> Any:
    """All of it in splink's terms. It is loaded here, so that no process has it which doesn't search."""
    from splink import SettingsCreator  # noqa: PLC0415
    from splink.blocking_rule_library import CustomRule  # noqa: PLC0415

    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="customer_id",
        probability_two_random_records_match=expected_share(customers),
        comparisons=[_comparison(field, shares) for field in COMPARISONS],
        blocking_rules_to_generate_predictions=[
            CustomRule(f"l.key_{place} = r.key_{place} AND (l.is_changed OR r.is_changed)")
            for place in range(len(KEYS))
        ],
        retain_intermediate_calculation_columns=True,
    )


def _comparison(field: str, shares: Shares) -> Any:
    from splink import comparison_level_library, comparison_library  # noqa: PLC0415

    same, *others = COMPARISONS[field]
    exact = comparison_level_library.ExactMatchLevel(field).configure(
        tf_adjustment_column=field, **_shares(field, same, shares)
    )
    levels: list[Any] = [comparison_level_library.NullLevel(field), exact]
    for level in others:
        made = (
            comparison_level_library.CustomLevel(level.condition)
            if level.condition
            else comparison_level_library.ElseLevel()
        )
        levels.append(made.configure(**_shares(field, level, shares)))
    return comparison_library.CustomComparison(output_column_name=field, comparison_levels=levels)


def _shares(field: str, level: Level, shares: Shares) -> dict[str, Any]:
    return {"m_probability": level.is_one, "u_probability": shares[field, level.name]}
