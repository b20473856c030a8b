"""The content security policy of each answer: nothing from elsewhere, no inline script, no eval but unfold's.

A page that shows what a customer received (a preview) puts it in a sandboxed frame, whose answer sets a
policy of its own by `sandboxed`: no script, no form, no image from anywhere, so that looking at a mail never
counts as an opening.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.templatetags.static import static

HEADER = "Content-Security-Policy"
COMMON = {
    "default-src": "'self'",
    "script-src": "'self'",
    # unfold writes its colours as a style element, and our charts their widths as style attributes.
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data:",
    "frame-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
# Alpine, which unfold is built on, compiles the expressions of its attributes.
ADMIN = COMMON | {"script-src": "'self' 'unsafe-eval'"}
# The documentation's theme sets itself up by scripts within its pages, in which nobody else writes.
DOCS = COMMON | {"script-src": "'self' 'unsafe-inline'"}
PREVIEW = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def policy(directives: dict[str, str]) -> str:
    """The header's text."""
    return "; ".join(f"{name} {sources}" for name, sources in directives.items())


def middleware(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Set the policy on each answer that sets none itself."""
    texts = {"/admin/": policy(ADMIN), static("docs/"): policy(DOCS)}
    common = policy(COMMON)

    def respond(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        fitting = (text for place, text in texts.items() if request.path.startswith(place))
        response.headers.setdefault(HEADER, next(fitting, common))
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response

    return respond


def sandboxed(html: str) -> HttpResponse:
    """An answer for a sandboxed frame: `html` as it stands, able to do nothing."""
    more = {HEADER: PREVIEW, "X-Frame-Options": "SAMEORIGIN", "Cache-Control": "private, no-store"}
    return HttpResponse(html, headers=more)
