"""The real clients, unmodified, to the end: what they send becomes customers, traits and events."""

import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import rudderstack.analytics.client as rudderstack
import segment.analytics.client as segment
from rudderstack.analytics import request as rudderstack_request
from segment.analytics import request as segment_request

from config import work
from customers.models import Event, InboxRow, Source
from customers.tracking.gather import end_writer
from scripts.build_frontend import SOURCE, node_folder
from tests.builders import source
from tests.customers.calls import owner

pytestmark = [pytest.mark.usefixtures("writer"), pytest.mark.django_db(transaction=True)]
NODE = """
import { Analytics } from "@segment/analytics-node";
const [writeKey, host] = process.argv.slice(1);
const analytics = new Analytics({ writeKey, host });
analytics.on("error", (error) => { console.error(error); process.exitCode = 1; });
const anonymousId = "visitor";
analytics.track({ anonymousId, event: "Product Viewed", properties: { name: "Olive oil", price: 9.5 } });
analytics.identify({ userId: "ada", anonymousId, traits: { email: "ada@example.com", firstName: "Ada" } });
analytics.page({ userId: "ada", name: "Home" });
analytics.screen({ userId: "ada", name: "Basket" });
analytics.group({ userId: "ada", groupId: "acme", traits: { seats: 3 } });
analytics.alias({ userId: "ada", previousId: "older" });
await analytics.closeAndFlush();
"""


@pytest.fixture
def writer() -> Iterator[None]:
    """The server's threads let go of the database when the clients let go of them."""
    yield
    for client in (segment_request, rudderstack_request):
        client._session.close()
    end_writer()


@pytest.fixture
def shop() -> Source:
    return source(write_key="wk_clients")


def say_all(client):
    """Every kind of call of a Python client; returns when all was sent."""
    viewed = {"name": "Olive oil", "price": 9.5}
    client.track("ada", "Product Viewed", viewed, anonymous_id="visitor")
    client.identify("ada", {"email": "ada@example.com", "firstName": "Ada"}, anonymous_id="visitor")
    client.page("ada", name="Home")
    client.screen("ada", name="Basket")
    client.group("ada", "acme", {"seats": 3})
    client.alias("older", "ada")
    client.shutdown()


def check_ada(shop):
    """What the six calls have made of her."""
    assert InboxRow.objects.count() == 6
    work.settle(datetime.now(UTC))
    ada = owner("external_id", "ada")
    assert ada.traits == {
        "email": "ada@example.com",
        "first_name": "Ada",
        "group": {"id": "acme", "seats": 3},
    }
    assert {owner("email", "ada@example.com"), owner("anonymous_id", "visitor")} == {ada}
    own = (
        Event.objects.filter(source_id=shop.pk, customer=ada)
        .order_by("name")
        .values_list("name", "properties__name")
    )
    assert list(own) == [
        ("Page Viewed", "Home"),
        ("Product Viewed", "Olive oil"),
        ("Screen Viewed", "Basket"),
    ]


def test_segment_s_client_for_python_is_understood(live_server, shop):
    say_all(segment.Client(shop.write_key, host=live_server.url, max_retries=0))

    check_ada(shop)


def test_rudderstack_s_client_for_python_is_understood(live_server, shop):  # it sends gzip
    say_all(rudderstack.Client(shop.write_key, host=live_server.url, max_retries=0))

    check_ada(shop)


def test_segment_s_client_for_node_is_understood(live_server, shop):
    node = shutil.which("node", path=node_folder()) or "node"
    words = [node, "--input-type=module", "-e", NODE, shop.write_key, live_server.url]

    done = subprocess.run(words, cwd=SOURCE, capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    check_ada(shop)
