"""The routes of customers and of what is kept of them: events, segments, stages, imports and more."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from customers.api.customers import CustomerViewSet
from customers.api.duplicates import DuplicateViewSet
from customers.api.events import EventViewSet
from customers.api.explain import ExplanationViewSet
from customers.api.holds import StageHoldViewSet
from customers.api.imports import ImportViewSet
from customers.api.lists import SourceViewSet, SuppressionViewSet, TopicViewSet
from customers.api.merges import MergeViewSet
from customers.api.privacy import PrivacyActViewSet, RetentionViewSet
from customers.api.products import ProductViewSet
from customers.api.records import (
    ConsentHistoryViewSet,
    ConsentViewSet,
    CustomerEventViewSet,
    StageHistoryViewSet,
)
from customers.api.segments import SegmentViewSet
from customers.api.stage_versions import StageVersionViewSet
from customers.api.stages import StageViewSet

router = SimpleRouter(use_regex_path=False)
router.register("customers", CustomerViewSet, basename="api-customer")
router.register("duplicates", DuplicateViewSet, basename="api-duplicate")
router.register("events", EventViewSet, basename="api-event")
router.register("segments", SegmentViewSet, basename="api-segment")
router.register("stages", StageViewSet, basename="api-stage")
router.register("stage_versions", StageVersionViewSet, basename="api-stage-version")
router.register("topics", TopicViewSet, basename="api-topic")
router.register("suppressions", SuppressionViewSet, basename="api-suppression")
router.register("imports", ImportViewSet, basename="api-import")
router.register("privacy_acts", PrivacyActViewSet, basename="api-privacy-act")
router.register("retention", RetentionViewSet, basename="api-retention")
router.register("products", ProductViewSet, basename="api-product")
router.register("sources", SourceViewSet, basename="api-source")

events = CustomerEventViewSet.as_view({"get": "list"})
moves = StageHistoryViewSet.as_view({"get": "list"})
holds = StageHoldViewSet.as_view({"get": "list", "post": "create", "delete": "release"})
consents = ConsentViewSet.as_view({"get": "list", "post": "create"})
merges = MergeViewSet.as_view({"get": "list"})
merge = MergeViewSet.as_view({"post": "merge"})
unmerge = MergeViewSet.as_view({"post": "unmerge"})
consent_history = ConsentHistoryViewSet.as_view({"get": "list"})
explanation = ExplanationViewSet.as_view({"post": "explain"})
urlpatterns = [
    path("customers/<uuid:id>/events/", events, name="api-customer-events"),
    path("customers/<uuid:id>/stage_history/", moves, name="api-customer-stage-history"),
    path("customers/<uuid:id>/stage_holds/", holds, name="api-customer-stage-holds"),
    path("customers/<uuid:id>/consents/", consents, name="api-customer-consents"),
    path("customers/<uuid:id>/merges/", merges, name="api-customer-merges"),
    path("customers/<uuid:id>/merge/", merge, name="api-customer-merge"),
    path("customers/<uuid:id>/unmerge/", unmerge, name="api-customer-unmerge"),
    path("customers/<uuid:id>/consent_history/", consent_history, name="api-customer-consent-history"),
    path("customers/<uuid:id>/explain/", explanation, name="api-customer-explain"),
    *router.urls,
]
