"""Where a yes is to be confirmed (double opt-in)."""

from typing import Any

from rest_framework import mixins, serializers

from channels.confirmation import save_double_opt_in
from config.api.fields import SealedId
from config.api.serializers import ModelSerializer
from config.api.views import Listing, SealedResource
from config.models import Scope
from customers.models import DoubleOptIn

DOUBLE_OPT_IN = "double_opt_in"


class DoubleOptInSerializer(ModelSerializer[DoubleOptIn]):
    """A channel, and a topic of it; without one every yes on the channel is to be confirmed."""

    id = SealedId(DOUBLE_OPT_IN)
    topic = serializers.SlugField(max_length=60, required=False, allow_blank=True, default="")

    class Meta:
        model = DoubleOptIn
        fields = ["id", "channel", "topic"]


class DoubleOptInViewSet(
    Listing,
    mixins.CreateModelMixin,
    mixins.RetrieveModelMixin,
    mixins.DestroyModelMixin,
    SealedResource[DoubleOptIn],
):
    """Where a yes counts only once it is confirmed. A change is about what is said from then on."""

    queryset = DoubleOptIn.objects.all()
    serializer_class = DoubleOptInSerializer
    sealed_as = DOUBLE_OPT_IN
    writes = Scope.DESIGN

    def perform_create(self, serializer: serializers.BaseSerializer[DoubleOptIn]) -> None:
        """From now on."""
        given: Any = serializer.validated_data
        serializer.instance = save_double_opt_in(DoubleOptIn(**given))
