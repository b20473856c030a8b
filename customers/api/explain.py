"""Why a customer is in or out: of a segment, of a rule that is only tried, of each stage."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config import clock
from config.api.fields import JSONObject
from config.api.problems import InvalidError, told_at
from config.api.serializers import Serializer
from config.models import Scope
from customers.api.nested import OfCustomer
from customers.asking import parse_tried
from customers.explain import explain, explain_stages, stage_note
from customers.models import Segment
from customers.rules import RuleError, parse
from customers.segments import check_has_rule


class QuestionSerializer(Serializer[Any]):
    """A rule, or the key of a segment; neither asks about the stages."""

    rule = JSONObject(required=False)
    segment = serializers.SlugField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One question at a time, of a segment that is there."""
        if len(attrs) > 1:
            raise serializers.ValidationError(_("Name a rule or a segment, not both."))
        return attrs


class AnswerSerializer(Serializer[Any]):
    """One line or group of a rule: where it stands, what it asks, whether it holds, what was found."""

    path = serializers.CharField()
    words = serializers.CharField()
    holds = serializers.BooleanField()
    found = serializers.CharField()


class StageAnswerSerializer(Serializer[Any]):
    """One stage's rule. The first that holds, by precedence, is the stage that the rules name."""

    stage = serializers.CharField(source="stage.slug")
    holds = serializers.BooleanField()
    is_first = serializers.BooleanField()
    answers = AnswerSerializer(many=True)


class ExplanationSerializer(Serializer[Any]):
    """The lines of a rule in reading order; or the stages by precedence, each with its lines.

    `note` says why the customer stands elsewhere than the rules name, where that is so.
    """

    answers = AnswerSerializer(many=True, required=False)
    stages = StageAnswerSerializer(many=True, required=False)
    note = serializers.CharField(required=False, allow_blank=True)


class ExplanationViewSet(OfCustomer[Segment]):
    """Reasons; nothing is kept."""

    queryset = Segment.objects.all()
    serializer_class = ExplanationSerializer
    scopes = {"explain": Scope.READ}
    pages = frozenset()
    keeps_answers = False

    @extend_schema(
        operation_id="customers_explain", request=QuestionSerializer, responses=ExplanationSerializer
    )
    def explain(self, request: Request, **_path: Any) -> Response:
        """Line by line whether the rule, the segment's rule or the stages' rules hold for the customer."""
        given = QuestionSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        customer, asked = self.customer(), given.validated_data
        if not asked:
            now = clock.now()
            stages = explain_stages(customer, now)
            told = StageAnswerSerializer(stages, many=True).data
            return Response({"stages": told, "note": stage_note(customer, stages, now)})
        with told_at("rule" if "rule" in asked else "segment", RuleError):
            rule = parse_tried(asked["rule"]) if "rule" in asked else parse(_rule_of(asked["segment"]))
        answers = explain(rule, customer, clock.now())
        return Response({"answers": AnswerSerializer(answers, many=True).data})


def _rule_of(slug: str) -> Any:
    segment = Segment.objects.filter(slug=slug).first()
    if segment is None:
        message = _("There is no segment %(slug)s.") % {"slug": slug}
        raise InvalidError([{"path": "segment", "message": message}])
    check_has_rule(segment)
    return segment.rule
