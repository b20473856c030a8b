"""The routes of journeys and enrollments."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from journeys.api.enrollments import CustomerEnrollmentViewSet, EnrollmentViewSet
from journeys.api.journeys import JourneyViewSet
from journeys.api.simulations import SimulationViewSet

router = SimpleRouter(use_regex_path=False)
router.register("journeys", JourneyViewSet, basename="api-journey")
router.register("enrollments", EnrollmentViewSet, basename="api-enrollment")
router.register("simulations", SimulationViewSet, basename="api-simulation")
of_customer = CustomerEnrollmentViewSet.as_view({"get": "list"})
urlpatterns = [
    path("customers/<uuid:id>/enrollments/", of_customer, name="api-customer-enrollments"),
    *router.urls,
]
