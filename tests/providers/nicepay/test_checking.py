"""What a NICEPAY connection is refused for when it is saved (R65), and what NICEPAY's simulator says of one that looks right."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from gerbang.base.http import Http
from gerbang.ports.payment import Account
from gerbang.providers.nicepay import PROVIDER
from gerbang.providers.nicepay.checking import probe
from tests.providers.nicepay import script as wire
from tests.providers.nicepay.script import INQUIRY, Script

NOW = datetime(2026, 11, 29, tzinfo=UTC)
KEY = {"merchant_key"}
SNAP = {"methods": "qris", "snap": "qris", "snap_client_id": "IONPAYTEST"}


def pointers(settings: dict[str, str], credentials: set[str]) -> set[str]:
    return {one.pointer for one in PROVIDER.problems(settings, credentials)}


@pytest.mark.parametrize(
    ("settings", "credentials", "expected"),
    [
        ({}, set(), {"/settings/imid", "/secrets/merchant_key"}),
        ({"imid": "IONPAYTEST"}, set(), {"/secrets/merchant_key"}),
        ({"imid": "IONPAYTEST"}, KEY, set()),
        ({"imid": "IONPAY"}, KEY, {"/settings/imid"}),
        ({"imid": "IONPAYTEST", "imid_qris": "ionpay-tes"}, KEY, {"/settings/imid_qris"}),
        ({"imid": "IONPAYTEST", "user_ip": "2001:db8::1"}, KEY, {"/settings/user_ip"}),
        ({"imid": "IONPAYTEST", "user_ip": "203.0.113.7"}, KEY, set()),
        ({"imid": "IONPAYTEST", "base_url": "https://me:pw@dev.nicepay.co.id"}, KEY, {"/settings/base_url"}),
        ({"methods": "va", "imid": "IONPAYTEST"}, KEY, {"/settings/methods"}),
        ({"methods": "virtual_account", "banks": "BCA BCB", "imid": "IONPAYTEST"}, KEY, {"/settings/banks"}),
        ({"methods": "ewallet", "wallets": "OVO,DANA", "imid": "IONPAYTEST"}, KEY, {"/settings/wallets"}),
        ({"methods": "paylater", "lenders": "kredivo", "imid": "IONPAYTEST"}, KEY, {"/settings/lenders"}),
        ({"hosted": "card", "imid": "IONPAYTEST"}, KEY, {"/settings/hosted"}),
        ({"imid_card": "IONPAYTEST"}, {"merchant_key_card"}, {"/settings/imid", "/secrets/merchant_key"}),
        ({"methods": "card", "imid_card": "IONPAYTEST"}, {"merchant_key_card"}, set()),
        ({"imid": "IONPAYTEST", "least_card": "500", "most_card": "400"}, KEY, {"/settings/least_card"}),
        ({"imid": "IONPAYTEST", "timeout_s": "0"}, KEY, {"/settings/timeout_s"}),
        ({"imid": "IONPAYTEST", "nothing": "1"}, KEY, {"/settings/nothing"}),
        ({"imid": "IONPAYTEST"}, KEY | {"password"}, {"/secrets/password"}),
        (SNAP, set(), {"/secrets/snap_private_key", "/secrets/snap_client_secret"}),
        (SNAP, {"snap_private_key", "snap_client_secret_qris"}, set()),
    ],
)
def test_what_cannot_work_is_refused_with_the_place_to_mend(
    settings: dict[str, str], credentials: set[str], expected: set[str]
) -> None:
    assert pointers(settings, credentials) == expected


@pytest.mark.parametrize(
    ("code", "good", "pointer"),
    [
        ("8005", True, ""),
        ("9228", True, ""),
        ("9010", False, "/secrets/merchant_key"),
        ("9011", False, "/settings/imid"),
        ("9012", False, "/settings/methods"),
        ("9002", None, ""),
    ],
)
async def test_nicepay_s_word_about_id_and_key(script: Script, code: str, good: bool | None, pointer: str) -> None:
    script.on(INQUIRY, wire.refusal(code))
    place = {"imid": "IONPAYTEST", "base_url": script.base_url}
    http = Http()
    try:
        (found,) = await probe(http, Account("x", False, place, {"merchant_key": [b"k"]}), NOW)
    finally:
        await http.close()
    assert (found.good, found.pointer) == (good, pointer)
    assert "k" not in found.what.split()


@pytest.mark.parametrize(
    ("code", "pointer"), [("9010", "/secrets/merchant_key_virtual_account"), ("9011", "/settings/imid_virtual_account")]
)
async def test_a_refusal_points_to_the_id_and_key_that_were_sent(script: Script, code: str, pointer: str) -> None:
    script.on(INQUIRY, wire.refusal(code))
    place = {"methods": "virtual_account", "imid_virtual_account": "IONPAYTEST", "base_url": script.base_url}
    http = Http()
    try:
        (found,) = await probe(http, Account("x", False, place, {"merchant_key_virtual_account": [b"k"]}), NOW)
    finally:
        await http.close()
    assert found.pointer == pointer


async def test_a_nicepay_that_does_not_answer_is_no_verdict(free_port: Callable[[], int]) -> None:
    place = {"imid": "IONPAYTEST", "base_url": f"http://127.0.0.1:{free_port()}"}
    http = Http()
    try:
        (found,) = await probe(http, Account("x", False, place, {"merchant_key": [b"k"]}), NOW)
    finally:
        await http.close()
    assert found.good is None


def test_what_may_be_a_key_in_the_wrong_field_is_never_repeated() -> None:
    key = "33F49GnCMS1mFYlGXisbUDzVf2ATWCl9"
    names = ("methods", "banks", "imid", "user_ip", "base_url", "timeout_s", "least_card")
    found = PROVIDER.problems(dict.fromkeys(names, key), {"merchant_key"})
    assert {one.pointer for one in found} >= {"/settings/methods", "/settings/banks", "/settings/imid"}
    assert not any(key in one.detail for one in found)
