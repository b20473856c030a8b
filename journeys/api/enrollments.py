"""Customers inside journeys: read, taken to another step, and taken out."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from channels.api.messages import MessageSerializer, shown_messages
from config import clock
from config.api.authentication import person
from config.api.fields import SealedId, ShownDocument, ShownText
from config.api.problems import conflicting, told_at
from config.api.serializers import ModelSerializer, Serializer
from config.api.views import Listing, SealedResource
from config.masking import shown_text
from config.models import Scope
from customers.api.nested import OfCustomer
from journeys.exits import exit_enrollments
from journeys.models import Enrollment, Standing, StepLog
from journeys.moving import NoSuchStepError, move_enrollment
from journeys.parked import PARKED, retry_enrollments
from journeys.standing import why
from journeys.states import JourneyStateError

SEALED_AS = "enrollment"


class EnrollmentSerializer(ModelSerializer[Enrollment]):
    """One customer in one version of a journey: where it stands and what it waits for."""

    id = SealedId(SEALED_AS)
    customer = serializers.UUIDField(source="customer.public_id", read_only=True)
    journey = serializers.CharField(source="journey.slug", read_only=True)
    version = serializers.IntegerField(source="version.number", read_only=True)
    key = ShownText()
    context = ShownDocument()  # type: ignore[assignment]  # a field by that name
    error = ShownText()
    why = serializers.SerializerMethodField()

    class Meta:
        model = Enrollment
        fields = [
            "id",
            "customer",
            "journey",
            "version",
            "key",
            "context",
            "step",
            "visit",
            "reached_at",
            "standing",
            "due_at",
            "awaits",
            "is_on_hold",
            "why",
            "attempts",
            "error",
            "lacks",
            "entered_at",
            "ended_at",
            "exit_reason",
        ]

    def get_why(self, enrollment: Enrollment) -> str:
        """In a sentence, what it waits for or why it ended."""
        return shown_text(why(enrollment))


class PassedStepSerializer(ModelSerializer[StepLog]):
    """One step that was passed, and the branch it took."""

    class Meta:
        model = StepLog
        fields = ["step", "visit", "branch", "reached_at", "left_at"]


class ExitSerializer(Serializer[Any]):
    """Why the customer is taken out."""

    reason = serializers.CharField(max_length=60, default="api", required=False)


class MoveToSerializer(Serializer[Any]):
    """To which step of its version the customer is taken."""

    step = serializers.CharField(max_length=60)


class EnrollmentFilter(filters.FilterSet):
    """Enrollments by customer, journey, standing, step, what they lack, and whether they stand still."""

    customer = filters.UUIDFilter("customer__public_id")
    journey = filters.CharFilter("journey__slug")
    standing = filters.ChoiceFilter("standing", choices=Standing.choices)
    step = filters.CharFilter("step")
    is_on_hold = filters.BooleanFilter("is_on_hold")
    is_parked = filters.BooleanFilter(method="by_parked", label="Whether its step failed five times.")
    lacks = filters.CharFilter("lacks")

    class Meta:
        model = Enrollment
        fields: ClassVar[list[str]] = []

    def by_parked(self, rows: QuerySet[Enrollment], _name: str, is_parked: bool) -> QuerySet[Enrollment]:  # noqa: FBT001 - as django-filter calls it
        """Those that are parked, or those that are not."""
        return rows.filter(PARKED) if is_parked else rows.exclude(PARKED)


def shown_enrollments() -> QuerySet[Enrollment]:
    """Enrollments with what is shown of the rows around them."""
    return Enrollment.objects.select_related("customer", "journey", "version")


class EnrollmentViewSet(Listing, mixins.RetrieveModelMixin, SealedResource[Enrollment]):
    """Customers inside journeys, the newest first."""

    sealed_as = SEALED_AS
    serializer_class = EnrollmentSerializer
    filterset_class = EnrollmentFilter
    writes = Scope.SEND
    pages = {"list", "messages", "log"}

    def get_queryset(self) -> QuerySet[Enrollment]:
        """All enrollments."""
        return shown_enrollments()

    @extend_schema(request=ExitSerializer, responses=EnrollmentSerializer)
    @action(detail=True, methods=["post"], url_path="exit", url_name="exit")
    def leave(self, request: Request, id: str) -> Response:  # noqa: A002, ARG002 - the word of the path
        """Take the customer out; its open messages are withdrawn. Doing it again changes nothing."""
        given = ExitSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        enrollment = self.get_object()
        exit_enrollments([enrollment.pk], given.validated_data["reason"], clock.now())
        return Response(EnrollmentSerializer(self.get_object()).data)

    @extend_schema(request=MoveToSerializer, responses=EnrollmentSerializer)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, id: str) -> Response:  # noqa: A002, ARG002
        """Take the customer to another step, now; an open message of the old one is withdrawn."""
        given = MoveToSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        step, by = given.validated_data["step"], person(request)
        with told_at("", NoSuchStepError), conflicting(JourneyStateError):
            move_enrollment(self.get_object().pk, step, clock.now(), by)
        return Response(EnrollmentSerializer(self.get_object()).data)

    @extend_schema(request=None, responses=EnrollmentSerializer)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, id: str) -> Response:  # noqa: A002, ARG002
        """Try the step again that failed five times; where it did not, nothing changes."""
        retry_enrollments([self.get_object().pk], clock.now(), by=person(request))
        return Response(EnrollmentSerializer(self.get_object()).data)

    @extend_schema(responses=MessageSerializer(many=True), filters=False)
    @action(detail=True)
    def messages(self, request: Request, id: str) -> Response:  # noqa: A002, ARG002
        """The messages that this enrollment has asked for."""
        rows = shown_messages().filter(
            enrollment_id=self.get_object().pk, customer=self.get_object().customer_id
        )
        return self.page(rows, MessageSerializer)

    @extend_schema(responses=PassedStepSerializer(many=True), filters=False)
    @action(detail=True)
    def log(self, request: Request, id: str) -> Response:  # noqa: A002, ARG002
        """The steps that were passed, the last first."""
        enrollment = self.get_object()
        rows = StepLog.objects.filter(customer=enrollment.customer_id, enrollment=enrollment.pk)
        return self.page(rows, PassedStepSerializer)


class CustomerEnrollmentViewSet(OfCustomer[Enrollment]):
    """The journeys of one customer, the newest first."""

    queryset = shown_enrollments()
    serializer_class = EnrollmentSerializer
    filterset_class = EnrollmentFilter
