"""The routes of contents, messages, caps, quiet hours, the holdout and channels."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from channels.api.channels import ChannelViewSet
from channels.api.contents import ContentViewSet
from channels.api.holdout import HoldoutViewSet
from channels.api.limits import CapViewSet, QuietHoursViewSet
from channels.api.messages import CustomerMessageViewSet, MessageViewSet
from channels.api.opt_ins import DoubleOptInViewSet

router = SimpleRouter(use_regex_path=False)
router.register("contents", ContentViewSet, basename="api-content")
router.register("channels", ChannelViewSet, basename="api-channel")
router.register("messages", MessageViewSet, basename="api-message")
router.register("caps", CapViewSet, basename="api-cap")
router.register("double_opt_ins", DoubleOptInViewSet, basename="api-double-opt-in")
router.register("quiet-hours", QuietHoursViewSet, basename="api-quiet-hours")
urlpatterns = [
    path(
        "customers/<uuid:id>/messages/",
        CustomerMessageViewSet.as_view({"get": "list"}),
        name="api-customer-messages",
    ),
    path(
        "holdout/",
        HoldoutViewSet.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="api-holdout",
    ),
    path("holdout/history/", HoldoutViewSet.as_view({"get": "list"}), name="api-holdout-history"),
    *router.urls,
]
