"""What is wrong with something that was only looked over: the answer is 200, the list may be empty."""

from typing import Any

from rest_framework import serializers

from config.api.serializers import Serializer


class FaultSerializer(Serializer[Any]):
    """One thing that is wrong: where, and what to do about it."""

    path = serializers.CharField()
    message = serializers.CharField()


class FaultsSerializer(Serializer[Any]):
    """All of them; an empty list: nothing is wrong."""

    errors = FaultSerializer(many=True)  # type: ignore[assignment]  # a field by that name
