"""The till among the receivers' webhooks."""

from pathlib import Path

from sandbox.receivers.server import receiving
from tests.sandbox.receivers.test_receivers import call


def test_till_answers_the_same_voucher_for_the_same_key_and_other_hooks_none(tmp_path: Path):
    with receiving(tmp_path) as receivers:
        codes = [
            call(receivers, path, {"worth": 5}, {"Idempotency-Key": key})[1].get("code")
            for path, key in [("/hook/vouchers", "a"), ("/hook/vouchers", "a"), ("/hook/vouchers", "b")]
        ]
        elsewhere = call(receivers, "/hook/call-list", {}, {"Idempotency-Key": "a"})[1]

    assert codes[0] == codes[1] != codes[2]
    assert [len(code) for code in codes] == [8, 8, 8]
    assert "code" not in elsewhere
