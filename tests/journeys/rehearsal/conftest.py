"""A channel and a content for walks."""

import pytest

from channels.models import Channel
from channels.secrets import seal
from tests.journeys.builders import content


@pytest.fixture
def mail():
    Channel.objects.create(
        kind="email", provider="journal", settings=seal({"path": "nowhere"}), sender="Sette <s@example.com>"
    )
    return content("hello")
