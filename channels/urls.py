"""Routes of what the outside world calls: links in messages, and callbacks of providers."""

from django.urls import path

from channels import views
from channels.preference_page import confirmation, preferences

urlpatterns = [
    path("m/c/<str:token>", views.follow_link, name="message-click"),
    path("m/o/<str:token>.gif", views.show_pixel, name="message-open"),
    path("m/u/<str:token>", views.unsubscribe, name="message-unsubscribe"),
    path("m/k/<str:token>", confirmation, name="message-confirm"),
    path("m/p/<str:token>", preferences, name="message-preferences"),
    path("callbacks/<slug:provider>/", views.CallbackView.as_view(), name="callbacks"),
]
