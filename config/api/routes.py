"""The API's own routes: its schema, and the clock."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from config.api.clock import ClockView

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("clock/", ClockView.as_view(), name="api-clock"),
]
