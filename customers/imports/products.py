"""From the cells of a row to what it tells of a product, or to all that is wrong with it. Pure."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from customers.commerce import reading
from customers.commerce.catalogue import LENGTHS
from customers.imports.cells import CellError, Type
from customers.imports.columns import To
from customers.imports.rows import Fault, Plan
from customers.models.commerce import LONGEST_ID


class Listed(NamedTuple):
    """What a row tells of one product."""

    product_id: str
    facts: dict[str, Any]


class ProductReader:
    """Reads the rows of one import of products. An empty cell says nothing."""

    def __init__(self, plan: Plan) -> None:
        self._names = plan.names
        self._places = [(place, column) for place, column in enumerate(plan.columns) if column.to]

    def read(self, line: int, cells: list[str]) -> Listed | Fault:
        """What the row tells, or all that is wrong with it."""
        if len(cells) > len(self._names):
            return Fault(line, _("The row has more cells than the first line has names."), cells)
        told: dict[str, Any] = {}
        faults = []
        for place, column in self._places:
            if place < len(cells) and (cell := cells[place].strip()):
                try:
                    told[column.to] = _take(column.to, column.type, cell)
                except CellError as error:
                    faults.append(f"{self._names[place]}: {error}")
        product_id = told.pop(To.PRODUCT_ID, "") or told.get(To.SKU, "")
        if not faults and not product_id:
            faults.append(_("The row names no product."))
        return Fault(line, " ".join(faults), cells) if faults else Listed(product_id, told)


def _take(to: str, type_: str, cell: str) -> Any:
    take = TAKE.get(to)
    if take is not None:
        return take(type_, cell)
    most = LENGTHS.get(to, LONGEST_ID)
    if len(cell) > most:
        raise CellError(_("This has more than %(most)d letters.") % {"most": most})
    return cell


def _price(type_: str, cell: str) -> Decimal:
    plain = cell.replace(".", "").replace(",", ".") if type_ == Type.COMMA_NUMBER else cell
    found = reading.number(plain)
    if found is None:
        raise CellError(
            _("This is no number such as 1.234,5.")
            if type_ == Type.COMMA_NUMBER
            else _("This is no number such as 1234.5.")
        )
    return found


def _currency(_type: str, cell: str) -> str:
    found = reading.currency(cell)
    if not found:
        raise CellError(_("A currency is three letters, as in EUR."))
    return found


TAKE: dict[str, Callable[[str, str], Any]] = {To.PRICE: _price, To.CURRENCY: _currency}
