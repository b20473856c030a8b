"""What a call says about who it is, each identifier in one spelling. Pure."""

from customers.addresses import AddressError, normal
from customers.identifiers import Identifiers
from customers.linking import Claim, Key
from customers.tracking.calls import Call

ADDRESSES = ("email", "phone")
RESTATING = ("identify", "alias", "record")


def claim_of(call: Call, country: str, rules: Identifiers) -> tuple[Claim, dict[str, str]]:
    """The call's identifiers in one spelling each, from strong to weak; and those that are blocked."""
    said = call.identities
    if call.traits and (found := {kind: call.traits[kind] for kind in ADDRESSES if call.traits.get(kind)}):
        said = {**said, **found}
    keys: list[Key] = []
    faults: dict[str, str] = {}
    blocked = rules.blocked
    for kind in rules.order if len(said) > 1 else said:
        if value := said.get(kind):
            try:
                value = normal(kind, str(value), country)
            except AddressError:
                continue  # noted in the customer's trait_errors
            if kind in blocked and (why := rules.refusal(kind, value)):
                faults[kind] = why
            else:
                keys.append((kind, value))
    assert call.occurred_at is not None  # noqa: S101 - the inbox sets it
    previous = _previous(call.previous_id, rules) if call.previous_id else ()
    return Claim(keys, call.occurred_at, call.kind in RESTATING, previous), faults


def _previous(value: str, rules: Identifiers) -> list[Key]:
    """What an alias says the person had before, by the kinds that it may be."""
    keys = [(kind, value) for kind in ("anonymous_id", "external_id")]
    return [key for key in keys if not rules.refusal(*key)]
