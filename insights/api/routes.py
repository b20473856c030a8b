"""The routes of reports."""

from django.urls import path

from insights.api.stages import BarriersView, CohortsView, FlowView

urlpatterns = [
    path("stage_flow/", FlowView.as_view(), name="api-stage-flow"),
    path("stage_barriers/", BarriersView.as_view(), name="api-stage-barriers"),
    path("stage_cohorts/", CohortsView.as_view(), name="api-stage-cohorts"),
]
