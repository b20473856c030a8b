"""The seven stages: read, and given other rules."""

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config import clock
from config.api.authentication import asker
from config.api.fields import JSONObject
from config.api.problems import told_at
from config.api.serializers import ModelSerializer
from config.api.views import Listing, Resource
from config.models import Scope
from customers.models import Stage
from customers.rules import RuleError
from customers.stage_definitions import FIELDS
from customers.stages import save_stage


class StageSerializer(ModelSerializer[Stage]):
    """One of the seven. Of those whose rule holds the one with the least `precedence` wins.

    `dwell` is how long a customer stays at least, `interrupts` whether this stage takes in earlier all the
    same; `onward` and `back` say how far one may go from here. docs/stages.md tells how they act together.
    """

    label = serializers.CharField(read_only=True)  # type: ignore[assignment]  # a field by that name
    rule = JSONObject()
    stay_rule = JSONObject()
    leave_rule = JSONObject()
    dwell = serializers.DurationField(allow_null=True)
    precedence = serializers.IntegerField(min_value=1, max_value=100)

    class Meta:
        model = Stage
        fields = ["slug", "number", "label", *FIELDS, "changed_at", "rebuilt_at"]
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
        """Give it other terms, as a new version; everybody's stage is looked up anew right afterwards."""
        stage = self.get_object()
        given = StageSerializer(stage, data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        with told_at("", RuleError):
            save_stage(stage, given.validated_data, clock.now(), by=asker(request))
        return Response(StageSerializer(stage).data)
