"""Routes about what people say and decide of a journey: requests to publish, comments, the audit."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config import clock
from config.api.authentication import person
from config.api.fields import SealedId
from config.api.problems import ConflictError, told_at
from config.api.serializers import ModelSerializer, Serializer
from config.api.views import Resource, number_of
from journeys import comments, publishing
from journeys.api.shown import JourneySerializer
from journeys.api.versions import PublishSerializer, told
from journeys.comments import CommentError
from journeys.models import Journey, JourneyAct, PublishRequest, StepComment

COMMENT = "journeys.comment"
OPEN = OpenApiParameter("open", bool, description="Only those that nobody has resolved.")


class RequestSerializer(ModelSerializer[PublishRequest]):
    """A draft that waits for a second person, or what became of it."""

    asked_by = serializers.CharField(source="asked_by.username", allow_null=True, read_only=True)
    decided_by = serializers.CharField(source="decided_by.username", allow_null=True, read_only=True)
    graph = serializers.DictField(read_only=True)
    moves = serializers.DictField(read_only=True)
    acknowledged = serializers.ListField(read_only=True)

    class Meta:
        model = PublishRequest
        fields = [
            "state",
            "graph",
            "moves",
            "acknowledged",
            "asked_at",
            "asked_by",
            "decided_at",
            "decided_by",
            "reason",
        ]


class ReasonSerializer(Serializer[Any]):
    """Why a request is refused."""

    reason = serializers.CharField(max_length=500)


class ReplySerializer(ModelSerializer[StepComment]):
    """One thing that somebody said."""

    id = SealedId(COMMENT)
    by = serializers.CharField(source="by.username", allow_null=True, read_only=True)

    class Meta:
        model = StepComment
        fields = ["id", "text", "at", "by"]


class ThreadSerializer(ReplySerializer):
    """What was said of a step first, and all answers."""

    answers = ReplySerializer(many=True, read_only=True)

    class Meta(ReplySerializer.Meta):
        fields = [*ReplySerializer.Meta.fields, "step", "resolved_at", "answers"]


class SaySerializer(Serializer[Any]):
    """What is said."""

    text = serializers.CharField(max_length=comments.LONGEST)


class CommentSerializer(SaySerializer):
    """What is said, and of which step."""

    step = serializers.CharField(max_length=60)


class ActSerializer(ModelSerializer[JourneyAct]):
    """One thing that was done to a journey; `by` null: by the product itself, or by an API key."""

    by = serializers.CharField(source="by.username", allow_null=True, read_only=True)
    details = serializers.DictField(read_only=True)

    class Meta:
        model = JourneyAct
        fields = ["at", "by", "what", "details"]


class ReviewRoutes(Resource[Journey]):
    """What a journey's resource knows of requests, comments and acts."""

    @extend_schema(responses=RequestSerializer(many=True), filters=False)
    @action(detail=True)
    def requests(self, request: Request, slug: str) -> Response:  # noqa: ARG002 - the word of the path
        """The requests to publish, the newest first."""
        rows = PublishRequest.objects.filter(journey=self.get_object())
        return self.page(rows.select_related("asked_by", "decided_by"), RequestSerializer)

    @extend_schema(request=PublishSerializer, responses=RequestSerializer)
    @requests.mapping.post
    def ask(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Ask a second person to publish the draft. Of a person who is logged in; 409 for an API key."""
        given = PublishSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        journey = self.get_object()
        with told():
            asked = publishing.ask_approval(journey.pk, clock.now(), person(request), **given.validated_data)
        return Response(RequestSerializer(asked).data)

    @extend_schema(request=None, responses=JourneySerializer)
    @action(detail=True, methods=["post"], url_path="requests/approve")
    def approve(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Publish what was asked for; 409 for who asked, and for an API key."""
        with told():
            publishing.approve(self._open_request(), clock.now(), person(request))
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=ReasonSerializer, responses=JourneySerializer)
    @action(detail=True, methods=["post"], url_path="requests/refuse")
    def refuse(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Say no to what was asked for, and why."""
        given = ReasonSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        with told():
            publishing.refuse(
                self._open_request(), given.validated_data["reason"], clock.now(), person(request)
            )
        return Response(self.get_serializer(self.get_object()).data)

    def _open_request(self) -> int:
        rows = PublishRequest.objects.filter(journey=self.get_object(), state=PublishRequest.State.OPEN)
        asked = rows.values_list("pk", flat=True).first()
        if asked is None:
            raise ConflictError(_("Nobody has asked to publish this journey."))
        return asked

    @extend_schema(parameters=[OPEN], responses=ThreadSerializer(many=True), filters=False)
    @action(detail=True)
    def comments(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """What was said of the steps: each thread with its answers, the newest first."""
        rows = comments.threads(self.get_object().pk)
        if request.query_params.get("open", "").lower() in {"true", "1"}:
            rows = rows.filter(resolved_at=None)
        return self.page(rows, ThreadSerializer)

    @extend_schema(request=CommentSerializer, responses={201: ReplySerializer})
    @comments.mapping.post
    def comment(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Say something of a step of the draft."""
        given = CommentSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        with told_at("", CommentError):
            kept = comments.comment(self.get_object().pk, by=person(request), **given.validated_data)
        return Response(ReplySerializer(kept).data, status=201)

    @extend_schema(request=SaySerializer, responses={201: ReplySerializer})
    @action(detail=True, methods=["post"], url_path="comments/<uuid:comment>/answer")
    def answer(self, request: Request, slug: str, comment: UUID) -> Response:  # noqa: ARG002
        """Say something more in a thread, by the id of its first comment; it is open again."""
        given = SaySerializer(data=request.data)
        given.is_valid(raise_exception=True)
        thread = self._thread(comment)
        with told_at("", CommentError):
            kept = comments.answer(thread.pk, given.validated_data["text"], by=person(request))
        return Response(ReplySerializer(kept).data, status=201)

    @extend_schema(request=None, responses=ThreadSerializer)
    @action(detail=True, methods=["post"], url_path="comments/<uuid:comment>/resolve")
    def resolve(self, request: Request, slug: str, comment: UUID) -> Response:  # noqa: ARG002
        """Close a thread. Doing it again changes nothing."""
        comments.resolve(self._thread(comment).pk, clock.now(), by=person(request))
        return Response(ThreadSerializer(self._thread(comment)).data)

    def _thread(self, sealed: UUID) -> StepComment:
        return get_object_or_404(comments.threads(self.get_object().pk), pk=number_of(COMMENT, sealed))

    @extend_schema(responses=ActSerializer(many=True), filters=False)
    @action(detail=True)
    def acts(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Who did what to the journey, the newest first."""
        return self.page(
            JourneyAct.objects.filter(journey=self.get_object()).select_related("by"), ActSerializer
        )
