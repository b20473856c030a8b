"""Routes of the tracking API, long and, for browsers' libraries, short."""

from django.urls import path

from customers.tracking import views
from customers.tracking.parse import KINDS

SHORT = {"i": "identify", "t": "track", "p": "page", "s": "screen", "a": "alias", "g": "group"}

urlpatterns = [
    path("v1/batch", views.batch, name="tracking-batch"),
    path("v1/b", views.batch),
    path("v1/projects/<str:key>/settings", views.settings, name="tracking-settings"),
    *[path(f"v1/{kind}", views.single, {"kind": kind}, name=f"tracking-{kind}") for kind in KINDS],
    *[path(f"v1/{short}", views.single, {"kind": kind}) for short, kind in SHORT.items()],
]
