"""Joins that Django's ORM has no word for: figures beside each customer, a list's elements as rows.

They stand in a query's `alias_map` as its own joins do, and follow when Django renames aliases.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from django.db.models import Expression, Field, JSONField
from django.db.models.sql.constants import INNER, LOUTER
from django.db.models.sql.query import Query

from customers.rules.expressions import JsonNumber
from customers.rules.texts import json_path


class Column(Expression):
    """A column of one of these joins."""

    def __init__(self, alias: str, name: str, output_field: Field[Any, Any]) -> None:
        super().__init__(output_field=output_field)
        self.alias, self.name = alias, name

    def as_sql(self, compiler: Any, _connection: Any) -> tuple[str, tuple[Any, ...]]:
        """The column's name, with its table's."""
        quote = compiler.quote_name_unless_alias
        return f"{quote(self.alias)}.{quote(self.name)}", ()

    def relabeled_clone(self, change_map: Mapping[str, str]) -> Column:
        """The same column under its table's new name."""
        clone = self.copy()
        clone.alias = change_map.get(self.alias, self.alias)
        return clone

    def get_group_by_cols(self) -> list[Any]:
        """A column groups by itself."""
        return [self]


@dataclass(frozen=True)
class Join:
    """What Django asks of a join."""

    table_alias: str
    parent_alias: str
    table_name: ClassVar[str]
    join_type: ClassVar[str] = LOUTER
    nullable: ClassVar[bool] = True
    filtered_relation: ClassVar[None] = None

    def relabeled_clone(self, change_map: dict[str, str]) -> Self:
        """The same join after aliases were renamed."""
        return replace(
            self,
            table_alias=change_map.get(self.table_alias, self.table_alias),
            parent_alias=change_map.get(self.parent_alias, self.parent_alias),
        )


@dataclass(frozen=True)
class Figures(Join):
    """`events`, grouped by customer, beside each customer; lateral: figured for one after the other."""

    events: Query
    is_lateral: bool
    table_name = "figures"

    def relabeled_clone(self, change_map: dict[str, str]) -> Self:
        """The same join after aliases were renamed; a lateral one's events name its parent."""
        events = self.events.relabeled_clone(change_map) if self.is_lateral else self.events
        return replace(super().relabeled_clone(change_map), events=events)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """The join; both shapes count on the index event_of_customer (customer, name, occurred_at)."""
        sql, params = self.events.get_compiler(connection=connection).as_sql()
        quote = compiler.quote_name_unless_alias
        alias = quote(self.table_alias)
        if self.is_lateral:
            return f"LEFT JOIN LATERAL ({sql}) {alias} ON TRUE", params
        return f"LEFT JOIN ({sql}) {alias} ON {alias}.customer_id = {quote(self.parent_alias)}.id", params


@dataclass(frozen=True)
class Newest(Join):
    """The moments of a customer's newest few events, as the array `times`, the newest first.

    It reads the index event_of_customer from its end until there are enough, however many events there are;
    the aggregate keeps PostgreSQL from doing it again at each mention.
    """

    events: Query
    table_name = "newest"

    def relabeled_clone(self, change_map: dict[str, str]) -> Self:
        """The same join after aliases were renamed; its events name its parent."""
        return replace(super().relabeled_clone(change_map), events=self.events.relabeled_clone(change_map))

    def as_sql(self, _compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """The join."""
        few, params = self.events.get_compiler(connection=connection).as_sql()
        alias = connection.ops.quote_name(self.table_alias)
        times = f"SELECT array_agg(few.occurred_at) AS times FROM ({few}) few"
        return f"LEFT JOIN LATERAL ({times}) {alias} ON TRUE", params


@dataclass(frozen=True)
class Elements(Join):
    """Each value that `path` reaches in an event's properties, as a row with the column `value`."""

    path: str
    table_name = "elements"
    join_type = INNER
    nullable = False

    def as_sql(self, compiler: Any, _connection: Any) -> tuple[str, tuple[Any, ...]]:
        """The join."""
        quote = compiler.quote_name_unless_alias
        values = f"jsonb_path_query({quote(self.parent_alias)}.properties, %s::jsonpath)"
        return f"CROSS JOIN LATERAL {values} {quote(self.table_alias)}(value)", (json_path(self.path),)


@dataclass(frozen=True)
class Read(Join):
    """The number at a path of an event's properties, as the column `value`.

    Read once for each event, whatever mentions it: OFFSET keeps PostgreSQL from reading it at each mention.
    """

    keys: tuple[str, ...]
    table_name = "read"
    join_type = INNER
    nullable = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """The join."""
        quote = compiler.quote_name_unless_alias
        number = JsonNumber(Column(self.parent_alias, "properties", JSONField()), self.keys)
        sql, params = number.as_sql(compiler, connection)
        return f"CROSS JOIN LATERAL (SELECT {sql} AS value OFFSET 0) {quote(self.table_alias)}", params


def add_join(query: Query, join: Join) -> None:
    """Put `join` into the FROM clause of `query`, after the tables that are there."""
    query.alias_map[join.table_alias] = join  # type: ignore[assignment]
    query.alias_refcount[join.table_alias] = 1
    query.table_map.setdefault(join.table_name, []).append(join.table_alias)


def table_of(query: Query) -> str:
    """The alias of the query's own table."""
    alias: str = query.get_initial_alias()
    return alias
