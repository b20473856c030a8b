"""Setting channels up: sealed secrets, what is shown, the sandbox's defaults."""

import pytest
from pydantic import ValidationError

from channels.defaults import ensure_channels, ensure_mail
from channels.models import Channel
from channels.provider import provider_of
from channels.secrets import SealError, seal, unseal
from channels.setup import RehearsingError, WrongChannelError, set_up_channel, shown_settings
from config.registry import UnknownKindError

VALUES = {"url": "https://sms.example/send", "token": "very secret"}


@pytest.fixture(autouse=True)
def real_providers(settings):
    """Providers on other machines may be set up."""
    settings.REHEARSAL = False


def test_sealed_settings_come_back_and_show_nothing():
    sealed = seal(VALUES)

    assert unseal(sealed) == VALUES
    assert b"secret" not in sealed
    assert seal(VALUES) != sealed
    assert unseal(b"") == {}


def test_sealed_settings_need_the_key_and_every_bit(settings):
    sealed = seal(VALUES)

    with pytest.raises(SealError):
        unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    settings.SECRET_KEY = "another"
    with pytest.raises(SealError):
        unseal(sealed)


@pytest.mark.django_db
def test_channel_is_served_by_what_was_set_up():
    channel = set_up_channel("sms", "http_sms", VALUES, sender="Shop")

    assert provider_of(channel).kind == "http_sms"
    assert b"very secret" not in bytes(Channel.objects.get(kind="sms").settings)
    assert shown_settings(channel) == {"url": VALUES["url"], "token": True, "callback_secret": False}


@pytest.mark.django_db
def test_secret_that_is_left_out_stays():
    set_up_channel("sms", "http_sms", VALUES)

    channel = set_up_channel("sms", "http_sms", {"url": "https://new.example/"})

    assert unseal(channel.settings) == {
        "url": "https://new.example/",
        "token": "very secret",
        "callback_secret": "",
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "provider", "values", "error"),
    [
        ("sms", "carrier_pigeon", {}, UnknownKindError),
        ("email", "http_sms", VALUES, WrongChannelError),
        ("sms", "http_sms", {"url": "no url", "token": "t"}, ValidationError),
        ("sms", "http_sms", VALUES | {"colour": "red"}, ValidationError),
        ("email", "smtp", {"url": "http://mail.example"}, ValidationError),
        ("webhook", "webhook", {"receiver": "10.0.0.1:80"}, ValidationError),
    ],
)
def test_wrong_set_up_changes_nothing(kind, provider, values, error):
    with pytest.raises(error):
        set_up_channel(kind, provider, values)

    assert not Channel.objects.exists()


@pytest.mark.django_db
def test_sandbox_channels_follow_the_receivers_ports():
    ensure_channels(2525, "http://127.0.0.1:8025", "token")
    ensure_channels(2626, "http://127.0.0.1:8026/", "token")

    assert {channel.kind: unseal(channel.settings) for channel in Channel.objects.all()} == {
        "email": {"url": "smtp://127.0.0.1:2626", "connections": 4},
        "sms": {"url": "http://127.0.0.1:8026/sms", "token": "token", "callback_secret": "token"},
        "push": {"url": "http://127.0.0.1:8026/push", "token": "token", "callback_secret": "token"},
        "webhook": {"secret": "", "receiver": "127.0.0.1:8026"},
    }


@pytest.mark.django_db
def test_sandbox_leaves_what_somebody_has_set():
    set_up_channel("sms", "http_sms", VALUES, sender="Mine", is_active=False)
    ensure_channels(2525, "http://127.0.0.1:8025", "token")
    Channel.objects.filter(kind="push").update(is_active=False, sender="Other")
    ensure_channels(2525, "http://127.0.0.1:8025", "token")

    assert unseal(Channel.objects.get(kind="sms").settings)["token"] == "very secret"
    assert list(Channel.objects.filter(kind="push").values_list("is_active", "sender")) == [(False, "Other")]


@pytest.mark.django_db
def test_email_url_takes_the_place_of_the_local_receiver(settings):
    ensure_channels(2525, "http://127.0.0.1:8025", "token")
    settings.EMAIL_URL = "smtps://shop:pass@mail.example:465"
    ensure_channels(2525, "http://127.0.0.1:8025", "token")

    assert unseal(Channel.objects.get(kind="email").settings)["url"] == settings.EMAIL_URL


@pytest.mark.django_db
def test_rehearsal_refuses_a_provider_that_reaches_people(settings):
    settings.REHEARSAL = True

    with pytest.raises(RehearsingError):
        set_up_channel("email", "smtp", {"url": "smtps://shop:pass@mail.example:465"})

    assert not Channel.objects.exists()
    assert set_up_channel("email", "smtp", {"url": "smtp://127.0.0.1:1025"}).kind == "email"


@pytest.mark.django_db
def test_email_url_serves_mail_outside_a_sandbox_too(settings):
    settings.EMAIL_URL = "smtps://shop:pass@mail.example:465"

    ensure_mail()

    assert unseal(Channel.objects.get(kind="email").settings)["url"] == settings.EMAIL_URL
