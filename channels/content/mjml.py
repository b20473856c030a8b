"""From MJML with Jinja2 in it to an HTML template, once per text.

Template tags are put aside as marks (⟦0⟧, ⟦1⟧ …), so that neither the check nor mrml ever looks into them,
and come back into the HTML. A tag between MJML elements (an `{% if %}` around a section) travels in `mj-raw`.
mrml swallows what it does not know, so the structure is checked here first, with lines.
"""

import re
from dataclasses import dataclass, field

import mrml
from jinja2 import TemplateSyntaxError

from channels.content.problem import ContentError, Problem
from channels.content.sandbox import TEXT

OPENED, CLOSED = "⟦", "⟧"
MARK = re.compile(f"{OPENED}(\\d+){CLOSED}")
ELEMENT = re.compile(r"<!--.*?-->|<(/?)([a-zA-Z][\w-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*?)(/?)>", re.DOTALL)
LONE_LESS_THAN = re.compile(r"<(?![a-zA-Z/!])")
VOID = frozenset(
    ["area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)

HOLDS_TEXT = frozenset(
    [
        "mj-accordion-text",
        "mj-accordion-title",
        "mj-button",
        "mj-navbar-link",
        "mj-preview",
        "mj-raw",
        "mj-social-element",
        "mj-style",
        "mj-table",
        "mj-text",
        "mj-title",
    ]
)
BLOCKS = (
    "mj-accordion mj-button mj-carousel mj-divider mj-image mj-navbar mj-raw mj-social mj-spacer mj-table "
    "mj-text"
)
CHILDREN: dict[str, frozenset[str]] = {
    name: frozenset(children.split())
    for name, children in {
        "": "mjml",
        "mjml": "mj-head mj-body",
        "mj-head": "mj-attributes mj-breakpoint mj-font mj-preview mj-raw mj-style mj-title",
        "mj-body": "mj-hero mj-raw mj-section mj-wrapper",
        "mj-wrapper": "mj-hero mj-raw mj-section",
        "mj-section": "mj-column mj-group mj-raw",
        "mj-group": "mj-column mj-raw",
        "mj-column": BLOCKS,
        "mj-hero": BLOCKS,
        "mj-accordion": "mj-accordion-element",
        "mj-accordion-element": "mj-accordion-text mj-accordion-title",
        "mj-carousel": "mj-carousel-image",
        "mj-navbar": "mj-navbar-link",
        "mj-social": "mj-social-element",
    }.items()
}
KNOWN = frozenset().union(*CHILDREN.values())
CHILDREN["mj-attributes"] = KNOWN | {"mj-all", "mj-class"}
OPTIONS = mrml.RenderOptions(disable_comments=True, fonts={})


@dataclass
class Marked:
    """A source whose template tags are marks; `tags` are what the marks stand for."""

    source: str
    tags: list[str] = field(default_factory=list)

    def mark(self, tag: str) -> str:
        """Put a template tag aside; what stands in its place."""
        self.tags.append(tag)
        return f"{OPENED}{len(self.tags) - 1}{CLOSED}"

    def restore(self, text: str) -> str:
        """Put the template tags back, those inside tags too."""
        while MARK.search(text):
            text = MARK.sub(lambda found: self.tags[int(found[1])], text)
        return text


def mark_tags(source: str) -> Marked:
    """Put every template tag of `source` aside, keeping its line breaks for the count of lines."""
    if OPENED in source or CLOSED in source:
        raise ContentError([Problem("body", 1, "The brackets ⟦ and ⟧ can't be used.")])
    marked, pieces, tag = Marked(""), [], ""
    try:
        for _, kind, value in TEXT.lex(source):
            if kind.endswith("_begin") or tag:
                tag += value
            if kind.endswith("_end"):
                pieces += [marked.mark(tag), "\n" * tag.count("\n")]
                tag = ""
            elif not tag:
                pieces.append(value)
    except TemplateSyntaxError as error:
        raise ContentError(
            [Problem("body", error.lineno, error.message or "Broken template tag.")]
        ) from error
    marked.source = "".join(pieces)
    return marked


def to_html(marked: Marked) -> str:
    """The HTML of a marked MJML source, still marked; ContentError with lines where it is no MJML."""
    prepared = _Structure(marked.source).check()
    try:
        output = mrml.to_html(prepared, None, OPTIONS)
    except OSError as error:
        raise ContentError([Problem("body", 1, f"This is no MJML: {error}.")]) from error
    return _break_lines(output.content)


class _Structure:
    """A walk through the elements: what stands where it may not; `mj-raw` around tags between elements."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.stack: list[tuple[str, int]] = []
        self.problems: list[Problem] = []
        self.pieces: list[str] = []
        self.position = 0

    def check(self) -> str:
        while found := ELEMENT.search(self.source, self.position):
            self._between(self.source[self.position : found.start()], self.position)
            self.position = found.end()
            if found[2] is None:
                continue  # a comment
            self.pieces.append(found[0])
            self._enter_or_leave(found)
        self._between(self.source[self.position :], self.position)
        self.problems += [Problem("body", line, f"<{name}> is never closed.") for name, line in self.stack]
        if not self.problems and "<mj-body" not in self.source:
            self._problem(0, "The body is MJML: it starts with <mjml><mj-body>.")
        if self.problems:
            raise ContentError(self.problems)
        return "".join(self.pieces)

    def _enter_or_leave(self, found: re.Match[str]) -> None:
        closes, name, _, is_empty = found.groups()
        parent = self.stack[-1][0] if self.stack else ""
        if closes:
            if parent == name:
                self.stack.pop()
            else:
                expected = f"</{parent}> is missing before" if parent else "There is nothing to close for"
                self._problem(found.start(), f"{expected} </{name}>.")
                self.stack = self.stack[:-1] if any(name == each for each, _ in self.stack) else self.stack
            return
        if name not in CHILDREN.get(parent, frozenset()):
            known = name in KNOWN or name == "mjml"
            where = f"in <{parent}>" if parent else "here"
            self._problem(
                found.start(), f"<{name}> can't stand {where}." if known else f"There is no <{name}> in MJML."
            )
        if is_empty:
            return
        self.stack.append((name, self._line(found.start())))
        if name in HOLDS_TEXT and parent != "mj-attributes":
            self._take_text(name)

    def _take_text(self, name: str) -> None:
        """The HTML inside an element that holds text, up to its end."""
        end = self.source.find(f"</{name}", self.position)
        if end < 0:
            return
        text = self.source[self.position : end]
        if name not in {"mj-style", "mj-raw"}:
            self._check_html(text)
        self.pieces.append(text)
        self.position = end

    def _check_html(self, text: str) -> None:
        for found in LONE_LESS_THAN.finditer(text):
            self._problem(self.position + found.start(), "Write &lt; for a less-than sign.")
        is_open: list[str] = []
        for found in ELEMENT.finditer(text):
            closes, name, _, is_empty = found.groups()
            if name is None or is_empty or name.lower() in VOID:
                continue
            if not closes:
                is_open.append(name)
            elif is_open and is_open[-1] == name:
                is_open.pop()
            else:
                self._problem(self.position + found.start(), f"</{name}> closes nothing.")
                return
        if is_open:
            self._problem(self.position, f"<{is_open[-1]}> is never closed.")

    def _between(self, text: str, start: int) -> None:
        """Text between elements may only be template tags, where `mj-raw` may stand."""
        if not text.strip():
            self.pieces.append(text)
            return
        parent = self.stack[-1][0] if self.stack else ""
        words = MARK.sub("", text).strip()
        offset = start + len(text) - len(text.lstrip())
        if words:
            self._problem(offset, f"Text must stand in an element like <mj-text>: {words[:40]!r}.")
        elif "mj-raw" not in CHILDREN.get(parent, frozenset()):
            where = f"directly in <{parent}>" if parent else "outside of <mjml>"
            self._problem(offset, f"Template tags can't stand {where}; move them into <mj-body>.")
        self.pieces += [f"<mj-raw>{found[0]}</mj-raw>" for found in MARK.finditer(text)]

    def _problem(self, offset: int, message: str) -> None:
        self.problems.append(Problem("body", self._line(offset), message))

    def _line(self, offset: int) -> int:
        return self.source.count("\n", 0, offset) + 1


def _break_lines(html: str) -> str:
    """Lines that mail can carry (under 998 bytes), broken where white space means nothing."""
    return re.sub(r"(</(?:tr|td|table|tbody|div|style|head|p|li|ul|h\d)>|<tr>|<tbody>)(?=<)", r"\1\n", html)
