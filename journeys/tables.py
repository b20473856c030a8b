"""Models' tables, as statements name them. Pure."""

from typing import NamedTuple

from django.db.models import Model


class Table(NamedTuple):
    """A model's table, and the columns that are written; what PostgreSQL generates is not among them.

    `key`: its key, or the first part of it. `is_numbered`: the database gives the key.
    """

    model: type[Model]
    name: str
    columns: list[str]
    key: str
    is_numbered: bool


def table_of(model: type[Model]) -> Table:
    """The table of a model."""
    meta = model._meta  # noqa: SLF001 - Django's documented way to a model's columns
    fields = [field for field in meta.local_concrete_fields if not getattr(field, "generated", False)]
    columns, key = [str(field.column) for field in fields], str(meta.pk_fields[0].column)
    return Table(model, meta.db_table, columns, key, is_numbered=meta.auto_field is not None)
