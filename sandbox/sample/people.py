"""Names, addresses and consents for households that have none: made up from their number, always the same.

Addresses are at example.com and phone numbers in the range reserved for fiction, so that nothing can reach
anybody.
"""

from typing import Any

FIRST = (
    "Al Bel Cor Dan El Fir Gal Hel Is Jor Kel Lin Mar Nor Or Pel Quin Ros Sel Tam Ul Vel Wen Yor Zel".split()  # noqa: SIM905 - a list of words reads better so
)
MIDDLE = "a e i o u ia ea ie au".split()  # noqa: SIM905 - a list of words reads better so
LAST = "ra na lis ven dor mir tas lan reth sel nor wyn".split()  # noqa: SIM905 - a list of words reads better so
SURNAME = (
    "Ash Brook Cliff Dale Elm Fern Glen Hazel Iron Juniper Kettle Lark Moss North Oak Pine Quarry".split()  # noqa: SIM905 - a list of words reads better so
)
ENDING = "field ford gate ham hurst land ley mere mont ridge shaw side stead ton wick wood worth".split()  # noqa: SIM905 - a list of words reads better so
AREAS = (201, 202, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 224, 225, 228,
         229, 231, 234, 239, 240, 248, 251, 252, 253, 254)  # fmt: skip
CHILDREN = {"0": 0, "1": 1, "2": 2, "3+": 3}


def traits_of(household: int, facts: dict[str, Any]) -> dict[str, Any]:
    """The traits of a household: made-up name and addresses, its real demographics where known."""
    mixed = household * 2_654_435_761 % 2**32
    first = FIRST[mixed % len(FIRST)] + MIDDLE[mixed // 25 % len(MIDDLE)] + LAST[mixed // 225 % len(LAST)]
    last = SURNAME[mixed // 2700 % len(SURNAME)] + ENDING[mixed // 45900 % len(ENDING)]
    made_up = {
        "first_name": first,
        "last_name": last,
        "email": f"{first}.{last}.{household}@example.com".lower(),
        "phone": f"+1{AREAS[household // 100 % len(AREAS)]}555{100 + household % 100:04d}",
        "country": "US",
        "language": "en",
    }
    return made_up | {name: value for name, value in facts.items() if value is not None}


def consents_of(household: int, *, has_device: bool) -> list[dict[str, Any]]:
    """What the household agreed to: e-mail nine in ten, SMS six in ten, push with a device."""
    granted = {
        "email": household % 10 != 0,
        "sms": household % 5 in {0, 1, 2},
        "push": has_device,
        "webhook": True,
    }
    wording = "Sent with the loyalty card's form (made up for the sample)."
    return [
        {"channel": channel, "topic": "", "granted": yes, "source": "loyalty card", "wording": wording}
        for channel, yes in granted.items()
    ]


def device_of(household: int) -> str | None:
    """The push token of the household's phone: one in two has one."""
    return f"device-{household:06d}" if household % 2 == 0 else None
