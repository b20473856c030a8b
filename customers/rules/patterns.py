r"""Regular expressions that marketers write, by RE2's syntax, as PostgreSQL answers them. Pure.

Only what both engines mean alike is let through: texts, `.`, brackets, groups, `|`, repetitions, `^`, `$`,
and the classes `\d \w \s` (of ASCII, as in RE2) with their opposites. `.` stands for a line's end too.
"""

import re
from collections.abc import Iterator

import re2
from django.utils.translation import gettext as _

from customers.rules.errors import Slip

MAX_PATTERN = 200
MAX_REPEATS = 255  # PostgreSQL's
CLASSES = {"d": "0-9", "w": "0-9A-Za-z_", "s": r"\t\n\f\r "}
PLAIN = {"t": r"\t", "n": r"\n", "r": r"\r", "f": r"\f"}
REPEAT = re.compile(r"\{(\d{1,4})(,(\d{0,4}))?\}")
IGNORE_CASE = "(?i)"


def check_pattern(pattern: str) -> str:
    """`pattern`, if RE2 reads it, cheaply, and PostgreSQL means the same by it; else Slip says why not."""
    if len(pattern) > MAX_PATTERN:
        raise Slip(_("The expression is longer than %(most)d characters.") % {"most": MAX_PATTERN})
    try:
        re2.compile(pattern, _options())
    except re2.error as error:
        why = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        raise Slip(_("This is no regular expression (RE2): %(why)s.") % {"why": why}) from None
    translated(pattern)
    return pattern


def _options() -> "re2.Options":
    options = re2.Options()
    options.dot_nl = True
    options.log_errors = False
    options.max_mem = 1 << 18  # refuses repetitions of repetitions that would cost a lot
    return options


def translated(pattern: str) -> tuple[str, str]:
    """The pattern as PostgreSQL spells it, and the flags of SQL/JSON's like_regex."""
    flags = "s"
    if pattern.startswith(IGNORE_CASE):
        flags, pattern = "is", pattern.removeprefix(IGNORE_CASE)
    return "".join(_Reading(pattern).parts()), flags


class _Reading:
    """One reading of a pattern, from left to right."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.place = 0

    def parts(self) -> Iterator[str]:
        while self.place < len(self.pattern):
            yield self._part()

    def _next(self) -> str:
        sign = self.pattern[self.place]
        self.place += 1
        return sign

    def _starts(self, text: str) -> bool:
        return self.pattern.startswith(text, self.place)

    def _part(self) -> str:
        sign = self._next()
        if sign == "\\":
            return self._escaped(is_inside=False)
        if sign == "[":
            return self._bracket()
        if sign == "(":
            return self._group()
        if sign in "*+?{":
            return self._repetition(sign)
        if sign in "^$" and self.place < len(self.pattern) and self.pattern[self.place] in "*+?{":
            raise self._unknown(self.pattern[self.place - 1 : self.place + 1])
        return r"\}" if sign == "}" else sign

    def _escaped(self, *, is_inside: bool) -> str:
        sign = self._next()
        if sign in CLASSES:
            return CLASSES[sign] if is_inside else f"[{CLASSES[sign]}]"
        if sign.lower() in CLASSES and not is_inside:
            return f"[^{CLASSES[sign.lower()]}]"
        if sign in PLAIN:
            return PLAIN[sign]
        if sign.isalnum():
            raise self._unknown(f"\\{sign}")
        return f"\\{sign}"

    def _bracket(self) -> str:
        made = ["["]
        if self._starts("^"):
            made.append(self._next())
        is_first = True
        while is_first or not self._starts("]"):
            if self._starts("["):
                raise self._unknown("[[")
            sign = self._next()
            if sign == "\\":
                made.append(self._escaped(is_inside=True))
            else:
                made.append(f"\\{sign}" if sign in "]^" else sign)
            is_first = False
        return "".join(made) + self._next()

    def _group(self) -> str:
        if self._starts("?") and not self._starts("?:"):
            raise self._unknown(f"({self.pattern[self.place : self.place + 2]}")
        if self._starts("?:"):
            self.place += 2
        return "(?:"

    def _repetition(self, sign: str) -> str:
        if sign == "{":
            found = REPEAT.match(self.pattern, self.place - 1)
            if found is None:
                return r"\{"
            if max(int(found[1]), int(found[3] or 0)) > MAX_REPEATS:
                raise Slip(_("No part can be repeated more than %(most)d times.") % {"most": MAX_REPEATS})
            self.place = found.end()
            sign = found[0]
        if self._starts("?"):
            self.place += 1  # as few as will do: whether something is found does not hang on it
        return sign

    @staticmethod
    def _unknown(what: str) -> Slip:
        return Slip(_("%(what)s can't be used in a rule's regular expression.") % {"what": what})
