"""The files that make the pages look like Sette."""

from functools import partial
from urllib.parse import urlencode

from django.http import HttpRequest
from django.templatetags.static import static

from config.preferences import are_kept, preferences_of


def _file(name: str, request: HttpRequest) -> str:  # noqa: ARG001 - unfold hands the request over
    return static(f"sette/{name}")


light_mark = partial(_file, "mark-light.svg")
dark_mark = partial(_file, "mark-dark.svg")
mark = partial(_file, "mark.svg")
style = partial(_file, "sette.css")
palette = partial(_file, "palette.js")


def script(request: HttpRequest) -> str:
    """Our script. It is told how the person wants the pages, and sees to it before anything is drawn."""
    wanted = preferences_of(request)
    if not are_kept(wanted):
        return static("sette/sette.js")
    return f"{static('sette/sette.js')}?{urlencode({'theme': wanted.theme, 'density': wanted.density})}"
