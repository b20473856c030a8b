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
    for kind in rules.order if len(said) > 1 else said:
        if value := said.get(kind):
            try:
                key = (kind, normal(kind, str(value), country))
            except AddressError:
                continue  # noted in the customer's trait_errors
            if why := rules.refusal(*key):
                faults[kind] = why
            else:
                keys.append(key)
    restates = call.kind in RESTATING
    previous = (
        [(kind, call.previous_id) for kind in ("anonymous_id", "external_id")] if call.previous_id else ()
    )
    previous = [key for key in previous if not rules.refusal(*key)]
    assert call.occurred_at is not None  # noqa: S101 - the inbox sets it
    return Claim(keys, call.occurred_at, restates, previous), faults
