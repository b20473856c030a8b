"""What holds for every provider that is registered, also for those to come."""

import pytest
from django.test import RequestFactory
from rest_framework.request import Request

from channels.models import ChannelKind
from channels.provider import Provider, providers
from channels.setup import secret_fields

KINDS = sorted(providers)


@pytest.fixture(params=KINDS)
def provider(request) -> type[Provider]:
    return providers.get(request.param)


def test_providers_of_every_channel_are_there():
    assert {providers.get(kind).channel for kind in KINDS} >= set(ChannelKind.values)


def test_provider_says_what_it_is(provider):
    assert providers.get(provider.kind) is provider
    assert isinstance(provider.is_idempotent, bool)
    assert provider.__doc__


def test_provider_describes_its_settings(provider):
    schema = provider.model_json_schema()

    assert schema["additionalProperties"] is False
    for name, field in schema.get("properties", {}).items():
        assert field.get("title"), name


def test_provider_keeps_passwords_secret(provider):
    for name in provider.model_fields:
        if name in {"token", "password", "secret", "callback_secret", "api_key"}:
            assert name in secret_fields(provider)


@pytest.fixture
def made(provider, tmp_path) -> Provider:
    """The provider, its required settings filled in."""
    values = {"url": "smtp://mail.example" if provider.kind == "smtp" else "https://a.example/", "token": "t"}
    values["path"] = str(tmp_path / "journal")
    required = {name: values[name] for name, field in provider.model_fields.items() if field.is_required()}
    return provider.model_validate(required)


def test_provider_refuses_a_callback_that_nobody_signed(made):
    request = Request(RequestFactory().post("/callbacks/x/", b"{}", content_type="application/json"))

    assert made.verify(request) is False


def test_provider_with_nothing_to_send_does_nothing(made):
    assert made.send([]) == []
