"""Contents and their texts: written, checked, previewed."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from channels import contents
from channels.models import ChannelKind, Content, ContentText
from config.api.faults import FaultsSerializer
from config.api.fields import JSONObject, LastingSlug
from config.api.problems import InvalidError, told_at
from config.api.serializers import ModelSerializer, Serializer
from config.api.views import Listing, Resource
from config.models import Scope
from customers.models import Customer


class TextSerializer(ModelSerializer[ContentText]):
    """A content in one language: Jinja2; an e-mail's body is MJML."""

    language = serializers.RegexField(r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=12)
    subject = serializers.CharField(max_length=400, required=False, allow_blank=True, default="")
    body = serializers.CharField(max_length=200_000, trim_whitespace=False)
    plain = serializers.CharField(
        max_length=200_000, required=False, allow_blank=True, default="", trim_whitespace=False
    )
    link = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")

    class Meta:
        model = ContentText
        fields = ["language", "subject", "body", "plain", "link"]


class ContentSerializer(LastingSlug, ModelSerializer[Content]):
    """One thing to say on one channel. `texts`, where given, replace all those that there are."""

    texts = TextSerializer(many=True, required=False, max_length=50)  # type: ignore[call-arg]  # of the list

    class Meta:
        model = Content
        fields = ["slug", "name", "channel", "topic", "is_transactional", "texts", "changed_at"]
        read_only_fields = ["changed_at"]

    def validate_texts(self, texts: list[dict[str, str]]) -> list[dict[str, str]]:
        """One per language, each with a body, also where only part of the content is sent."""
        if any("language" not in text or "body" not in text for text in texts):
            raise serializers.ValidationError(_("Each text needs its language and its body."))
        if len({text["language"] for text in texts}) < len(texts):
            raise serializers.ValidationError(_("There are two texts in one language."))
        return texts


class TrialSerializer(Serializer[Any]):
    """For whom a preview is made, and in which language where not in the customer's own."""

    customer = serializers.UUIDField()
    language = serializers.CharField(max_length=12, required=False, allow_blank=True)
    event = JSONObject(required=False, help_text="Properties of the entering event, as `event` of the texts.")


class RenderedSerializer(Serializer[Any]):
    """A text filled in; `html` is an e-mail's only."""

    subject = serializers.CharField()
    text = serializers.CharField()
    html = serializers.CharField()
    link = serializers.CharField()


class ContentFilter(filters.FilterSet):
    """Contents by channel and topic."""

    channel = filters.ChoiceFilter("channel", choices=ChannelKind.choices)
    topic = filters.CharFilter("topic")

    class Meta:
        model = Content
        fields: list[str] = []


class ContentViewSet(
    Listing,
    mixins.CreateModelMixin,
    mixins.RetrieveModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    Resource[Content],
):
    """Contents. What is saved has passed the check."""

    serializer_class = ContentSerializer
    filterset_class = ContentFilter
    lookup_field = lookup_url_kwarg = "slug"
    lookup_value_converter = "slug"
    writes = Scope.DESIGN
    scopes = {"preview": Scope.READ}

    def get_queryset(self) -> QuerySet[Content]:
        """Contents with their texts."""
        return Content.objects.prefetch_related("texts")

    def perform_create(self, serializer: serializers.BaseSerializer[Content]) -> None:
        """Keep a new content after the check."""
        self._keep(serializer, Content())

    def perform_update(self, serializer: serializers.BaseSerializer[Content]) -> None:
        """Keep the change after the check."""
        self._keep(serializer, self.get_object())

    @extend_schema(request=ContentSerializer, responses=FaultsSerializer)
    @action(detail=False, methods=["post"])
    def check(self, request: Request) -> Response:
        """What is wrong with a content that is not kept yet."""
        given = ContentSerializer(data=request.data)
        given.fields["slug"].validators = []  # it may well be one that there is
        given.is_valid(raise_exception=True)
        texts = [ContentText(**text) for text in given.validated_data.get("texts", [])]
        errors = contents.faults(given.validated_data["channel"], texts)
        return Response(FaultsSerializer({"errors": errors}).data)

    @extend_schema(request=TrialSerializer, responses=RenderedSerializer)
    @action(detail=True, methods=["post"])
    def preview(self, request: Request, slug: str) -> Response:  # noqa: ARG002 - the word of the path
        """The text as a customer would get it; nothing is sent. 400 says what is missing, in which line."""
        given = TrialSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        trial = given.validated_data
        customer = get_object_or_404(Customer, public_id=trial["customer"])
        errors, rendered = contents.preview(
            self.get_object(), customer, trial.get("event", {}), trial.get("language", "")
        )
        if rendered is None:
            raise InvalidError(errors or [{"path": "", "message": _("There is nothing to show.")}])
        shown = {field: getattr(rendered, field) for field in ("subject", "text", "html", "link")}
        return Response(RenderedSerializer(shown).data)

    def _keep(self, serializer: serializers.BaseSerializer[Content], content: Content) -> None:
        fields = dict(serializer.validated_data)
        texts = fields.pop("texts", None)
        for field, value in fields.items():
            setattr(content, field, value)
        with told_at("", contents.ContentInvalidError):
            kept = contents.save_content(content, texts)
        serializer.instance = self.get_queryset().get(pk=kept.pk)
