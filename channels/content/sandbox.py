"""The template language of messages: Jinja2 with everything taken out that a message does not need.

Templates are written by people who may not run code here. They see plain dicts, a closed list of filters and
string methods, loops of at most 1,000 rounds nested at most twice; what is not there is an error, never an
empty place.
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from itertools import islice
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateRuntimeError, TemplateSyntaxError, Undefined, nodes
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from channels.content.filters import FILTERS

LONGEST_LOOP = 1_000
DEEPEST_LOOP = 2
LONGEST_OUTPUT = 1_000_000  # characters
PIECES = 1_000  # of a text, after which its length is looked at again
LONGEST_TIME = 2.0  # seconds, as long as the check of a text may take
KEPT_FILTERS = re.findall(
    r"\w+",
    """
    abs capitalize count d default dictsort e escape first float groupby int join last length list lower map
    max min reject rejectattr replace reverse round select selectattr sort string striptags sum title tojson
    trim truncate unique upper urlencode wordcount
    """,
)
STRING_METHODS = frozenset(
    ["capitalize", "endswith", "lower", "split", "startswith", "strip", "title", "upper"]
)
DICT_METHODS = frozenset(["get", "items", "keys", "values"])

LOOP_METHODS = frozenset({"changed", "cycle"})

REFUSED: dict[type[nodes.Node], str] = {
    nodes.Include: "A message can't include other files.",
    nodes.Import: "A message can't import other files.",
    nodes.FromImport: "A message can't import other files.",
    nodes.Extends: "A message can't extend other files.",
    nodes.Block: "Blocks are for files that extend others; a message can't.",
    nodes.Macro: "Macros are not known in messages: write the text where it belongs.",
    nodes.CallBlock: "Macros are not known in messages: write the text where it belongs.",
    nodes.ScopedEvalContextModifier: "Escaping can't be switched off.",
    nodes.Pow: "Powers are not known in messages.",
}


class Missing(StrictUndefined):
    """A value that is not there: an error wherever it is used, but in `default` and `is defined`."""

    @property
    def _undefined_message(self) -> str:
        return f"{self._undefined_name or self._undefined_hint} is missing. Give it a |default(…)."


class MessageEnvironment(ImmutableSandboxedEnvironment):
    """The sandbox that templates of messages live in."""

    intercepted_binops = frozenset({"*", "%"})

    @staticmethod
    def concat(pieces: Iterable[str]) -> str:
        """The text that pieces make; an error soon after it is too long, for the rest may be endless."""
        if isinstance(pieces, list) and len(pieces) <= PIECES:  # a filter's block, of which there are many
            return "".join(pieces)
        rest = iter(pieces)
        text = "".join(islice(rest, PIECES))
        while len(text) <= LONGEST_OUTPUT:
            more = list(islice(rest, PIECES))
            if not more:
                return text
            text += "".join(more)
        raise TemplateRuntimeError(f"The message is over {LONGEST_OUTPUT:,} characters.")

    def __init__(self, *, autoescape: bool) -> None:
        super().__init__(
            autoescape=autoescape, undefined=Missing, finalize=printable, keep_trailing_newline=True
        )
        self.filters = {name: self.filters[name] for name in KEPT_FILTERS} | FILTERS | {"bounded": bounded}
        self.globals = {"range": short_range}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A dict's own key first, so that a trait named `items` is a trait."""
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Only what is listed: methods of strings and dicts, and what a loop knows of itself."""
        if isinstance(obj, str):
            return attr in STRING_METHODS
        if isinstance(obj, dict):
            return attr in DICT_METHODS
        return isinstance(obj, LoopContext) and super().is_safe_attribute(obj, attr, value)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """`*` and `%` are for numbers: on text they make pads of any size."""
        if not isinstance(left, int | float) or not isinstance(right, int | float):
            raise TemplateRuntimeError(f"{operator} is for numbers only.")
        return super().call_binop(context, operator, left, right)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        _refuse(tree)
        _bound_loops(tree, depth=0)
        return tree


def printable(value: Any) -> Any:
    """What is printed must be text or a number: nothing else has a place in a sentence."""
    if isinstance(value, str | int | float | Undefined):
        return value
    if value is None:
        raise TemplateRuntimeError("A value that the message shows is empty. Give it a |default(…).")
    raise TemplateRuntimeError(f"A {type(value).__name__} can't be shown; show its parts, or |tojson.")


class InTime:
    """Within it loops may take LONGEST_TIME of the thread's own CPU time: a busy machine does not count.

    The time runs from the first loop on, for to ask the clock costs as much as filling in a short text.
    """

    __slots__ = ("_before",)

    def __enter__(self) -> None:
        self._before = _until.set(None)

    def __exit__(self, *_error: object) -> None:
        _until.reset(self._before)


_until: ContextVar[float | None] = ContextVar("until", default=float("inf"))


def bounded(items: Iterable[Any]) -> list[Any]:
    """The items of a loop; an error where there are more than a message can need, or it takes too long."""
    now, until = time.thread_time(), _until.get()
    if until is None:
        _until.set(now + LONGEST_TIME)
    elif now > until:
        raise TemplateRuntimeError(f"The loops take over {LONGEST_TIME:g} seconds.")
    taken = list(islice(items, LONGEST_LOOP + 1))
    if len(taken) > LONGEST_LOOP:
        raise TemplateRuntimeError(f"A loop over more than {LONGEST_LOOP:,} items.")
    return taken


def short_range(*bounds: int) -> range:
    """`range` of at most 1,000 numbers."""
    numbers = range(*bounds)
    if len(numbers) > LONGEST_LOOP:
        raise TemplateRuntimeError(f"A range of more than {LONGEST_LOOP:,} numbers.")
    return numbers


def _refuse(tree: nodes.Template) -> None:
    """Raise, with the line, for what is no part of the language; the rest is refused when it runs."""
    for kind, message in REFUSED.items():
        for node in tree.find_all(kind):
            raise TemplateSyntaxError(message, node.lineno)
    for loop in tree.find_all(nodes.For):
        if loop.recursive:
            raise TemplateSyntaxError("A loop can't call itself.", loop.lineno)
    for node in tree.find_all((nodes.Getattr, nodes.Getitem, nodes.Name)):
        if _hidden(node):
            raise TemplateSyntaxError("Names that begin with an underscore can't be used.", node.lineno)

    for call in tree.find_all(nodes.Call):
        if not _may_be_called(call.node):
            raise TemplateSyntaxError("This can't be called in a message.", call.lineno)


def _may_be_called(callee: nodes.Node) -> bool:
    match callee:
        case nodes.Name(name="range"):
            return True
        case nodes.Getattr(attr=name):
            return name in STRING_METHODS | DICT_METHODS | LOOP_METHODS
    return False


def _hidden(node: nodes.Node) -> bool:
    match node:
        case nodes.Getattr(attr=name) | nodes.Name(name=name):
            return str(name).startswith("_")
        case nodes.Getitem(arg=nodes.Const(value=str() as key)):
            return key.startswith("_")
    return False


def _bound_loops(node: nodes.Node, depth: int) -> None:
    """Have each loop take its items through `bounded`; refuse what is nested too deep."""
    for child in node.iter_child_nodes():
        inside = depth + isinstance(child, nodes.For)
        if inside > DEEPEST_LOOP:
            raise TemplateSyntaxError(f"Loops can be nested {DEEPEST_LOOP} deep.", child.lineno)
        if isinstance(child, nodes.For):
            child.iter = nodes.Filter(
                child.iter, "bounded", [], [], None, None, lineno=child.lineno, environment=child.environment
            )
        _bound_loops(child, inside)


HTML = MessageEnvironment(autoescape=True)
TEXT = MessageEnvironment(autoescape=False)

Context = Mapping[str, Any]
Render = Callable[[Context], str]
TemplateFault = (TemplateError, ArithmeticError, TypeError, ValueError, LookupError, RecursionError)


def explain(error: BaseException) -> str:
    """What went wrong in a template, for the person who wrote it."""
    if isinstance(error, TemplateError):
        return error.message or type(error).__name__
    return f"{type(error).__name__}: {error}"[:300]


def error_line(error: BaseException) -> int:
    """The template's line in which an error arose; 1 where it doesn't say."""
    if isinstance(error, TemplateSyntaxError):
        return error.lineno
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
