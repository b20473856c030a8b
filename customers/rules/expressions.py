"""The few SQL expressions that rules are made of. Each boolean here is true or false, never NULL."""

import json
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, Literal, Protocol, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    DateTimeField,
    DecimalField,
    DurationField,
    Expression,
    F,
    Func,
    JSONField,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, NullIf

# A date, or a date and time, with or without an offset: no match makes the cast to timestamptz fail.
LEAP_YEAR = r"(?:19(?:0[48]|[2468][048]|[13579][26])|2\d(?:0[48]|[2468][048]|[13579][26])|2[048]00)"
DAY = (
    r"(?:(?:19|2\d)\d\d-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])"
    r"|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))"
    rf"|{LEAP_YEAR}-02-29)"
)
TIME = r"(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?"
MOMENT = rf"^{DAY}(?:[T ]{TIME}(?:Z|[+-](?:0\d|1[0-4]):?[0-5]\d)?)?$"

TRUE = Value(True, output_field=BooleanField())
FALSE = Value(False, output_field=BooleanField())


class Not(Func):
    """The opposite of a boolean that is never NULL."""

    template = "(NOT %(expressions)s)"
    output_field = BooleanField()


class AllOf(Func):
    """True where each of the expressions is."""

    template = "(%(expressions)s)"
    arg_joiner = " AND "
    output_field = BooleanField()


class AnyOf(Func):
    """True where one of the expressions is."""

    template = "(%(expressions)s)"
    arg_joiner = " OR "
    output_field = BooleanField()


class Compare(Func):
    """`left <operator> right`; wrap it in `known` where a side can be NULL."""

    output_field = BooleanField()

    def __init__(self, left: Any, operator: str, right: Any) -> None:
        super().__init__(left, right, template="(%(expressions)s)", arg_joiner=f" {operator} ")


class Later(Func):
    """A moment and a span after it."""

    template = "(%(expressions)s)"
    arg_joiner = " + "
    output_field = DateTimeField()

    def __init__(self, at: Any, span: timedelta) -> None:
        super().__init__(at, Value(span, output_field=DurationField()))


class ElementOf(Func):
    """The element of an array at `place` (from 1), NULL where it is shorter."""

    template = "(%(expressions)s)[%(place)s]"

    def __init__(self, array: Any, place: int, output_field: Any) -> None:
        super().__init__(array, place=int(place), output_field=output_field)


class IsSet(Func):
    """Whether a value is there."""

    template = "(%(expressions)s IS NOT NULL)"
    output_field = BooleanField()


class Given(Expression):
    """A value as a parameter with its type, which PostgreSQL could not guess."""

    def __init__(self, value: Any, output_field: Any) -> None:
        super().__init__(output_field=output_field)
        self.value = value

    def as_sql(self, _compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """The parameter."""
        return f"%s::{self.output_field.db_type(connection)}", (self.value,)


class Hole(Expression):
    """A parameter that each run of a compiled query fills: from the moment, or (None) with the ids."""

    def __init__(self, of_now: Callable[[datetime], Any] | None, output_field: Any) -> None:
        super().__init__(output_field=output_field)
        self.of_now = of_now

    def as_sql(self, _compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """A parameter that is this hole, with the type of what will fill it."""
        return f"%s::{self.output_field.db_type(connection)}", (self,)

    def fill(self, ids: list[int], now: datetime) -> Any:
        """What stands here in a run."""
        return ids if self.of_now is None else self.of_now(now)


def filled(params: Iterable[Any], ids: list[int], now: datetime) -> list[Any]:
    """The parameters of a compiled query for one run."""
    return [param.fill(ids, now) if isinstance(param, Hole) else param for param in params]


class Written(Protocol):
    """A rule or a filter, which its text tells apart from others."""

    @property
    def written(self) -> str:
        """The text."""


W = TypeVar("W", bound=Written)


def in_one_order(asked: Iterable[W]) -> tuple[W, ...]:
    """Each of them once, in an order of their own: what is asked again is the same query."""
    return tuple(sorted(set(asked), key=attrgetter("written")))


class AmongIds(Func):
    """`column = ANY(ids)`, the ids as one array parameter; None: a hole for them."""

    template = "(%(expressions)s))"
    arg_joiner = " = ANY("
    output_field = BooleanField()

    def __init__(self, column: Any, ids: list[int] | None) -> None:
        kind = ArrayField(BigIntegerField())
        super().__init__(column, Hole(None, kind) if ids is None else Value(ids, output_field=kind))


class Flags(Func):
    """Booleans as one array column: cheaper to fetch than a column each."""

    template = "ARRAY[%(expressions)s]::boolean[]"
    output_field = ArrayField(BooleanField())


class JsonPath(Value):
    """A path in SQL/JSON path language, as a parameter."""

    def __init__(self, path: str) -> None:
        super().__init__(path, output_field=TextField())

    def as_sql(self, _compiler: Any, _connection: Any) -> tuple[str, tuple[Any, ...]]:
        """The parameter, cast: a bare text is no jsonpath."""
        return "%s::jsonpath", (self.value,)


class JsonHas(Func):
    """Whether a path with its filter finds something; a type that can't be compared is simply not found."""

    function = "jsonb_path_exists"
    output_field = BooleanField()


class JsonText(Func):
    """The first value that a path finds, as text."""

    template = "(jsonb_path_query_first(%(expressions)s) #>> '{}')"
    output_field = TextField()


class JsonAt(Func):
    """The value at exactly these keys, through no list."""

    function = "jsonb_extract_path"
    output_field = JSONField()

    def __init__(self, column: str, keys: list[str]) -> None:
        super().__init__(F(column), *(Value(key, output_field=TextField()) for key in keys))


class JsonNumber(Func):
    """The number at exactly these keys, through no list; NULL where there is none. Half the cost of CASE."""

    template = "jsonb_path_query_first(%(expressions)s, '{}', true)::numeric"
    output_field = DecimalField()

    def __init__(self, column: str | Expression, keys: Iterable[str]) -> None:
        path = "".join(f".{json.dumps(key)}" for key in keys)
        super().__init__(
            F(column) if isinstance(column, str) else column,
            JsonPath(f'strict ${path} ? (@.type() == "number")'),
        )


class JsonType(Func):
    """What a JSON value is: a number, a string, an array."""

    function = "jsonb_typeof"
    output_field = TextField()


class AsNumber(Func):
    """A JSON number as numeric."""

    template = "(%(expressions)s)::numeric"
    output_field = DecimalField()


class NotBlank(Func):
    """A JSON value, or NULL where it is null or an empty text."""

    template = """NULLIF(NULLIF(%(expressions)s, 'null'::jsonb), '""'::jsonb)"""
    output_field = JSONField()


class Matches(Func):
    """`text ~ pattern`, NULL where the text is."""

    template = "(%(expressions)s)"
    arg_joiner = " ~ "
    output_field = BooleanField()


class Least(Func):
    """The least of the values that are not NULL; unlike Django's it takes one too."""

    function = "LEAST"


class Moment(Func):
    """One of the two moments that no event is at."""

    template = "'%(name)s'::timestamptz"
    output_field = DateTimeField()

    def __init__(self, name: Literal["infinity", "-infinity"]) -> None:
        super().__init__(name=name)


NEVER, ALWAYS = Moment("infinity"), Moment("-infinity")


def least(moments: Iterable[Expression | None]) -> Expression | None:
    """The first of moments; NULL and None are never."""
    told = [moment for moment in moments if moment is not None]
    return Least(*told, output_field=DateTimeField()) if len(told) > 1 else next(iter(told), None)


def or_never(moment: Expression | None) -> Expression:
    """A moment, with infinity for never."""
    return NEVER if moment is None else Coalesce(moment, NEVER, output_field=DateTimeField())


def unless_never(moment: Expression) -> Expression:
    """A moment, with NULL for infinity."""
    return NullIf(moment, NEVER)


def known(condition: Any) -> Expression:
    """`condition`, with false where it is NULL."""
    return Coalesce(condition, FALSE, output_field=BooleanField())


def all_of(conditions: list[Expression]) -> Expression:
    """True where each condition is; of none, true."""
    return AllOf(*conditions) if conditions else TRUE


def number(value: Expression) -> Expression:
    """A JSON value as a number, NULL where it is none."""
    return Case(
        When(Compare(JsonType(value), "=", Value("number")), then=AsNumber(value)),
        default=None,
        output_field=DecimalField(),
    )


def if_after(at: Expression, now: Expression) -> Expression:
    """A moment, NULL where it is not after `now`."""
    return Case(When(Compare(at, ">", now), then=at), default=None, output_field=DateTimeField())


def moment(text: Expression) -> Expression:
    """A text as a moment, NULL where it is no date of the years 1900 to 2999."""
    return Case(
        When(Matches(text, Value(MOMENT)), then=Cast(text, DateTimeField())),
        default=None,
        output_field=DateTimeField(),
    )
