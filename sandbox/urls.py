"""The route of the demo shop."""

from django.urls import path

from sandbox.demo import shop

urlpatterns = [path("demo/", shop, name="demo")]
