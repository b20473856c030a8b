"""The files that make the pages look like Sette."""

from functools import partial

from django.http import HttpRequest
from django.templatetags.static import static


def _file(name: str, request: HttpRequest) -> str:  # noqa: ARG001 - unfold hands the request over
    return static(f"sette/{name}")


light_mark = partial(_file, "mark-light.svg")
dark_mark = partial(_file, "mark-dark.svg")
mark = partial(_file, "mark.svg")
style = partial(_file, "sette.css")
script = partial(_file, "sette.js")
