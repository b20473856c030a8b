"""The catalogue: listed, read, and told in batches."""

from typing import Any

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config import clock
from config.api.fields import SealedId
from config.api.serializers import ModelSerializer, Serializer
from config.api.views import Listing, SealedResource
from config.models import Scope
from customers.commerce.catalogue import FACTS, LENGTHS
from customers.commerce.services import CHANGED, CREATED, UNCHANGED, keep_products
from customers.models import Product
from customers.models.commerce import LONGEST_ID

PRODUCT = "product"
MOST = 1000  # products of one request


class ProductSerializer(ModelSerializer[Product]):
    """One product. `kept` names what was told here or by a file, which events do not change."""

    id = SealedId(PRODUCT)
    rating = serializers.DecimalField(max_digits=18, decimal_places=2, read_only=True, allow_null=True)

    class Meta:
        model = Product
        fields = ["id", "product_id", *FACTS, "kept", "reviews", "rating", "told_at"]


class ToldProductSerializer(Serializer[Any]):
    """What is told of one product. What is left out stays as it is; an empty value is forgotten."""

    product_id = serializers.CharField(max_length=LONGEST_ID)
    sku = serializers.CharField(required=False, allow_blank=True, max_length=LENGTHS["sku"])
    name = serializers.CharField(required=False, allow_blank=True, max_length=LENGTHS["name"])
    category = serializers.CharField(required=False, allow_blank=True, max_length=LENGTHS["category"])
    brand = serializers.CharField(required=False, allow_blank=True, max_length=LENGTHS["brand"])
    price = serializers.DecimalField(required=False, allow_null=True, max_digits=17, decimal_places=4)
    currency = serializers.RegexField("^([A-Za-z]{3})?$", required=False, allow_blank=True)
    url = serializers.CharField(required=False, allow_blank=True, max_length=LENGTHS["url"])
    image_url = serializers.CharField(required=False, allow_blank=True, max_length=LENGTHS["image_url"])

    def validate_currency(self, value: str) -> str:
        """As it is written everywhere."""
        return value.upper()


class ToldSerializer(Serializer[Any]):
    """Products, at most 1,000 at once."""

    products = serializers.ListField(child=ToldProductSerializer(), min_length=1, max_length=MOST)


class BecameSerializer(Serializer[Any]):
    """What became of the products that were told."""

    created = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()


class ProductFilter(filters.FilterSet):
    """Products by their ids, category and brand."""

    product_id = filters.CharFilter("product_id")
    sku = filters.CharFilter("sku")
    category = filters.CharFilter("category")
    brand = filters.CharFilter("brand")

    class Meta:
        model = Product
        fields: list[str] = []


class ProductViewSet(Listing, mixins.RetrieveModelMixin, SealedResource[Product]):
    """The catalogue."""

    queryset = Product.objects.all()
    serializer_class = ProductSerializer
    filterset_class = ProductFilter
    sealed_as = PRODUCT
    writes = Scope.CUSTOMERS

    @extend_schema(request=ToldSerializer, responses=BecameSerializer)
    def create(self, request: Request) -> Response:
        """Tell of products, new ones and known; the same again changes nothing."""
        given = ToldSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        told = [(one.pop("product_id"), one) for one in map(dict, given.validated_data["products"])]
        became = keep_products(told, clock.now())
        counts = {word: became.count(word) for word in (CREATED, CHANGED, UNCHANGED)}
        return Response(BecameSerializer(counts).data)
