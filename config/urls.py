"""All routes: the admin with the product's pages, the tracking API, the REST API, callbacks and links."""

from importlib.util import find_spec

from django.contrib import admin
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView

from config.api.problems import no_such_route
from config.preferences_page import set_language

APPS = ["customers", "channels", "campaigns", "journeys", "insights", "sandbox"]

admin.autodiscover()
api_routes: list[URLPattern | URLResolver] = [
    path("", include(f"{app}.api.routes"))
    for app in ["config", *APPS]
    if find_spec(f"{app}.api") and find_spec(f"{app}.api.routes")
]
handler403 = "config.refusal.forbidden"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    path("favicon.ico", RedirectView.as_view(url=static("sette/mark.svg"))),
    path("i18n/setlang/", set_language, name="set_language"),
    path("api/v1/", include(api_routes)),
    re_path(r"^api/", no_such_route),
    *[path("", include(f"{app}.urls")) for app in APPS if find_spec(f"{app}.urls")],
    path("admin/", admin.site.urls),
]
