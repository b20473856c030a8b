"""A text in one language, compiled: templates that a batch fills in.

Compiled once per text: the cache goes by the text itself, so what was changed a moment ago can never come out
of it.
"""

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from html import escape, unescape
from typing import Any

from jinja2 import Template, TemplateError

from channels.content.address import UNTRACKED, UnsafeLinkError, safe_url
from channels.content.mjml import Marked, mark_tags, to_html
from channels.content.plain import to_plain
from channels.content.problem import ContentError, Problem
from channels.content.sandbox import (
    HTML,
    TEXT,
    InTime,
    MessageEnvironment,
    TemplateFault,
    error_line,
    explain,
)

LINK = re.compile(r'(<a\b[^>]*?\bhref=")([^"]*)(")')
GAP = re.compile(r"\n(?:[ \t]*\n){2,}")
CONTROL = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]+")
OWN_LINK = re.compile("unsubscribe_url|preferences_url|confirm_url")
PIXEL = '<img src="{{ message.open_url }}" alt="" width="1" height="1" style="display:block">'
LONGEST_BODY = 200_000  # characters


@dataclass(frozen=True, slots=True)
class Source:
    """A text as it was written."""

    channel: str
    subject: str
    body: str
    plain: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text filled in for one customer; `html` is an e-mail's only."""

    subject: str
    text: str
    html: str
    link: str


Part = Template | str  # a text without any tag is kept as it is


@dataclass(frozen=True, slots=True)
class CompiledText:
    """The templates of a text."""

    channel: str
    subject: Part
    text: Part
    html: Part
    link: Part

    def render(self, context: dict[str, Any]) -> Rendered:
        """Fill the text in; ContentError where something is missing or wrong, never an empty place."""
        with InTime():
            return self._fill_in(context)

    def _fill_in(self, context: dict[str, Any]) -> Rendered:
        subject = CONTROL.sub(" ", _fill("subject", self.subject, context)).strip()
        html = _fill("body", self.html, context)
        text = _fill("plain" if self.html else "body", self.text, context)
        link = CONTROL.sub("", _fill("link", self.link, context)).strip()
        if self.channel == "email":
            text = GAP.sub("\n\n", text).strip() + "\n"
        elif self.channel == "webhook":
            check_json(text)
        elif self.channel == "push" and link:
            link = str(context["_click"](link))
        return Rendered(subject, text, html, link)


@lru_cache(maxsize=512)
def compile_text(source: Source) -> CompiledText:
    """The compiled form of a text; ContentError with lines where it can't be."""
    problems = [*_check_header("subject", source.subject), *_check_header("link", source.link)]
    if len(source.body) > LONGEST_BODY:
        problems.append(Problem("body", 1, f"The body is over {LONGEST_BODY:,} characters."))
    if problems:
        raise ContentError(problems)
    html, text = "", source.body
    if source.channel == "email":
        html, text = mail_templates(source)
    return CompiledText(
        channel=source.channel,
        subject=_template(TEXT, "subject", source.subject),
        text=_template(TEXT, "plain" if html else "body", text),
        html=_template(HTML, "body", html),
        link=_template(TEXT, "link", source.link),
    )


def mail_templates(source: Source) -> tuple[str, str]:
    """The templates of a mail's HTML, links tracked and the pixel in it, and of its text part."""
    _template(HTML, "body", source.body)  # as it was written, for an error's line
    marked = mark_tags(source.body)
    html = to_html(marked)
    text = source.plain or marked.restore(to_plain(html, lambda href: _tracked(href, marked)))
    html = LINK.sub(lambda found: found[1] + _tracked(found[2], marked) + found[3], html)
    html = html.replace("</body>", f"{PIXEL}</body>")
    return marked.restore(html), text


def _tracked(href: str, marked: Marked) -> str:
    """The template of a link's tracked address; the way out, and what is no web address, stay as they are."""
    address = marked.restore(href)
    if address.startswith(UNTRACKED) or OWN_LINK.search(address):
        return href
    if address == href:
        _check_link(unescape(href), marked)
        return marked.mark("{{ " + json.dumps(unescape(href)) + "|click }}")
    return marked.mark("{% filter click %}" + address + "{% endfilter %}")


def _check_link(url: str, marked: Marked) -> None:
    try:
        safe_url(url.strip())
    except UnsafeLinkError as error:
        line = marked.source.count("\n", 0, max(marked.source.find(escape(url)), 0)) + 1
        raise ContentError([Problem("body", line, str(error))]) from error


def _template(environment: MessageEnvironment, field: str, source: str) -> Part:
    if "{" not in source:
        return source
    try:
        return environment.from_string(source)
    except (TemplateError, RecursionError) as error:
        raise ContentError([Problem(field, error_line(error), explain(error))]) from error


def _fill(field: str, template: Part, context: dict[str, Any]) -> str:
    if isinstance(template, str):
        return template
    try:
        return template.render(context)
    except (*TemplateFault, KeyError) as error:
        raise ContentError([Problem(field, error_line(error), explain(error))]) from error


def _check_header(field: str, value: str) -> list[Problem]:
    if "\r" in value or "\n" in value or "\0" in value:
        return [Problem(field, 1, "This must be one line: remove the line breaks.")]
    return []


def check_json(text: str) -> None:
    """ContentError where a webhook's body is no JSON."""
    try:
        json.loads(text)
    except ValueError as error:
        raise ContentError(
            [Problem("body", getattr(error, "lineno", 1), f"The body is no JSON: {error}.")]
        ) from error
