import pytest

from channels.models import ContentText
from sandbox.shop import lead_hooks
from tests.channels import rows

pytestmark = pytest.mark.django_db


def hook(slug: str, link: str) -> None:
    rows.content("webhook", slug=slug).texts.update(link=link)


def links() -> dict[str, str]:
    return dict(ContentText.objects.values_list("content__slug", "link"))


def test_hooks_of_the_shop_follow_the_receiver_to_another_port():
    hook("till", "http://127.0.0.1:4000/hook/vouchers")
    hook("crm", "https://crm.example.com/hook/calls")
    hook("other", "http://127.0.0.1:4000/other")

    lead_hooks("http://127.0.0.1:5000")

    assert links() == {
        "till": "http://127.0.0.1:5000/hook/vouchers",
        "crm": "https://crm.example.com/hook/calls",
        "other": "http://127.0.0.1:4000/other",
    }
