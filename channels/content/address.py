"""Which web addresses a message may lead to."""

from urllib.parse import urlsplit

LONGEST_URL = 2_000
UNTRACKED = ("mailto:", "tel:", "sms:", "#")


class UnsafeLinkError(ValueError):
    """A link that is no full http or https address; write it with its scheme and host."""


def safe_url(url: str) -> str:
    """`url` where it is a full web address that every browser reads alike; UnsafeLinkError otherwise."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError as error:
        raise UnsafeLinkError(f"{url[:80]!r} is no web address: {error}.") from error
    plain = url.isprintable() and "\\" not in url and " " not in url
    if parts.scheme not in {"http", "https"} or not host or parts.username is not None or not plain:
        raise UnsafeLinkError(f"{url[:80]!r} is no full web address: write it like https://example.com/page.")
    if len(url) > LONGEST_URL:
        raise UnsafeLinkError(f"A link is over {LONGEST_URL:,} characters: {url[:80]!r}….")
    return url
