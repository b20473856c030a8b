"""The text part of a mail, made from its HTML, for readers without HTML and for filters of spam."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

SKIPPED = frozenset({"head", "script", "style", "title"})
PARAGRAPHS = frozenset({"blockquote", "div", "h1", "h2", "h3", "h4", "p", "table", "ul", "ol"})
LINES = frozenset({"br", "li", "tr"})


def to_plain(html: str, link: Callable[[str], str]) -> str:
    """The words of `html`, links as `words: address`; `link` says how an address is written."""
    reader = _Reader(link)
    reader.feed(html)
    reader.close()
    return tidy("".join(reader.pieces)) + "\n"


def tidy(text: str) -> str:
    """Text without white space that means nothing: at ends of lines, and more than one empty line."""
    lines = (re.sub(r"[ \t\xa0]+", " ", line).strip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    def __init__(self, link: Callable[[str], str]) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._link = link
        self._hidden: list[str] = []
        self._address = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if self._hidden or tag in SKIPPED or "display:none" in (attributes.get("style") or ""):
            if tag not in {"br", "img", "meta", "link", "hr"}:
                self._hidden.append(tag)
            return
        if tag == "a":
            self._address = attributes.get("href") or ""
        elif tag == "img" and attributes.get("alt"):
            self.pieces.append(str(attributes["alt"]))
        elif tag == "hr":
            self.pieces.append("\n\n-- \n\n")
        self._break(tag)
        if tag == "li":
            self.pieces.append("- ")

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            if tag == self._hidden[-1]:
                self._hidden.pop()
            return
        if tag == "a" and self._address and not self._address.startswith("#"):
            self.pieces.append(f": {self._link(self._address)}")
            self._address = ""
        self._break(tag)
        if tag == "td":
            self.pieces.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(re.sub(r"\s+", " ", data))

    def _break(self, tag: str) -> None:
        if tag in PARAGRAPHS:
            self.pieces.append("\n\n")
        elif tag in LINES:
            self.pieces.append("\n")
