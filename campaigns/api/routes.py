"""The routes of broadcasts."""

from rest_framework.routers import SimpleRouter

from campaigns.api.broadcasts import BroadcastViewSet

router = SimpleRouter(use_regex_path=False)
router.register("broadcasts", BroadcastViewSet, basename="api-broadcast")
urlpatterns = router.urls
