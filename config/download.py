"""Files that a page offers for download, written as they are sent."""

from collections.abc import Iterable
from itertools import chain

from django.http import StreamingHttpResponse

MARK = "\ufeff"  # by which Excel knows UTF-8


def csv_file(lines: Iterable[str], name: str) -> StreamingHttpResponse:
    """Lines of CSV as a file of that name."""
    named = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingHttpResponse(chain([MARK], lines), content_type="text/csv; charset=utf-8", headers=named)
