"""The seven stages: read, and given other rules."""

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config import clock
from config.api.fields import JSONObject
from config.api.problems import told_at
from config.api.serializers import ModelSerializer
from config.api.views import Listing, Resource
from config.models import Scope
from customers.models import Stage
from customers.rules import RuleError
from customers.stages import save_precedence, save_stage_rule


class StageSerializer(ModelSerializer[Stage]):
    """One of the seven. Of those whose rule holds the one with the least `precedence` wins."""

    label = serializers.CharField(read_only=True)  # type: ignore[assignment]  # a field by that name
    rule = JSONObject()
    precedence = serializers.IntegerField(min_value=1, max_value=100)

    class Meta:
        model = Stage
        fields = ["slug", "number", "label", "rule", "precedence", "changed_at", "rebuilt_at"]
        read_only_fields = ["slug", "number", "changed_at", "rebuilt_at"]


class StageViewSet(Listing, mixins.RetrieveModelMixin, Resource[Stage]):
    """The seven stages."""

    queryset = Stage.objects.all()
    serializer_class = StageSerializer
    lookup_field = lookup_url_kwarg = "slug"
    lookup_value_converter = "slug"
    newest_first = False
    writes = Scope.DESIGN

    @extend_schema(request=StageSerializer, responses=StageSerializer)
    def partial_update(self, request: Request, slug: str) -> Response:  # noqa: ARG002 - the word of the path
        """Give it another rule or precedence; everybody's stage is looked up anew right afterwards."""
        stage = self.get_object()
        given = StageSerializer(stage, data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        with transaction.atomic(), told_at("", RuleError):
            if "precedence" in given.validated_data:
                save_precedence({stage.number: given.validated_data["precedence"]}, clock.now())
            if "rule" in given.validated_data:
                with told_at("rule", RuleError):
                    save_stage_rule(self.get_object(), given.validated_data["rule"], clock.now())
        return Response(StageSerializer(self.get_object()).data)
