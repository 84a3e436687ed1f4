"""Connections by the API: what cannot work is refused when it is saved, the provider is asked once, and what was used is never deleted (R65)."""

from pathlib import Path
from typing import Any

from gerbang.sandbox.app import Sandbox
from tests import demo_accounts
from tests.web.conftest import Edge

Shop = tuple[Edge, Sandbox]
KEY = "service/mine/merchant_key"


async def put_secret(edge: Edge, value: str, name: str = KEY) -> None:
    answer = await edge.client.put(f"/v1/secrets/{name}", headers=edge.headers("admin"), json={"value": value})
    assert answer.status_code < 300, answer.text


def body(sandbox: Sandbox, **settings: str) -> dict[str, Any]:
    """A NICEPAY connection for virtual accounts at the sandbox."""
    place = {"base_url": f"{sandbox.url}/nicepay", "methods": "virtual_account", "imid": "LUMBUNGVA1", **settings}
    secrets = {"merchant_key": KEY}
    return {"id": "mine", "provider": "nicepay", "livemode": False, "settings": place, "secrets": secrets}


def true_key(data: Path) -> str:
    return next(one.merchant_key for one in demo_accounts.merchants(data) if one.imid == "LUMBUNGVA1")


async def refused(edge: Edge, wanted: dict[str, Any]) -> set[str]:
    """The pointers of a refusal, after which there is no such connection."""
    answer = await edge.post("/v1/connections", "admin", wanted)
    assert answer.status_code == 422, answer.text
    assert (await edge.get("/v1/connections/mine")).status_code == 404
    return {one["pointer"] for one in answer.json()["errors"]}


async def test_an_empty_connection_is_refused_with_every_place_to_mend(shop: Shop) -> None:
    edge, _ = shop
    empty = {"id": "mine", "provider": "nicepay", "livemode": False}
    assert await refused(edge, empty) == {"/settings/imid", "/secrets/merchant_key"}


async def test_a_method_that_is_none_and_a_secret_that_does_not_exist_are_refused(shop: Shop) -> None:
    edge, sandbox = shop
    assert await refused(edge, body(sandbox, methods="va")) == {"/settings/methods", "/secrets/merchant_key"}
    assert await refused(edge, body(sandbox)) == {"/secrets/merchant_key"}


async def test_a_key_that_the_provider_does_not_take_is_refused_and_one_that_it_takes_is_saved(
    shop: Shop, tmp_path: Path
) -> None:
    edge, sandbox = shop
    await put_secret(edge, "a key of somebody else's")
    assert await refused(edge, body(sandbox)) == {"/secrets/merchant_key"}
    assert await refused(edge, body(sandbox, imid="NOBODYKNOW")) == {"/settings/imid"}
    await put_secret(edge, true_key(tmp_path))
    made = await edge.post("/v1/connections", "admin", body(sandbox))
    assert made.status_code == 201, made.text
    probed = (await edge.post("/v1/connections/mine/probe")).json()
    assert (probed["usable"], [one["good"] for one in probed["found"]]) == (True, [True])


async def test_what_cannot_be_asked_now_is_saved_and_says_so(shop: Shop, tmp_path: Path) -> None:
    edge, sandbox = shop
    await put_secret(edge, true_key(tmp_path))
    nowhere = body(sandbox, base_url="http://127.0.0.1:9", timeout_s="1")
    assert (await edge.post("/v1/connections", "admin", nowhere)).status_code == 201
    probed = (await edge.post("/v1/connections/mine/probe")).json()
    assert (probed["usable"], [one["good"] for one in probed["found"]]) == (None, [None])


async def test_a_change_that_cannot_work_changes_nothing_unless_nobody_is_to_be_asked(
    shop: Shop, tmp_path: Path
) -> None:
    edge, sandbox = shop
    await put_secret(edge, true_key(tmp_path))
    await edge.post("/v1/connections", "admin", body(sandbox))
    wrong = {"settings": body(sandbox, imid="NOBODYKNOW")["settings"]}
    path, headers = "/v1/connections/mine", edge.headers("admin")
    assert (await edge.client.patch(path, headers=headers, json=wrong)).status_code == 422
    assert (await edge.get(path)).json()["settings"]["imid"] == "LUMBUNGVA1"
    assert (await edge.client.patch(path, headers=headers, json={**wrong, "probe": False})).status_code == 200
    off = await edge.client.patch(path, headers=headers, json={"enabled": False})
    assert (off.status_code, off.json()["enabled"]) == (200, False)
    assert (await edge.client.patch(path, headers=headers, json={"enabled": True})).status_code == 422


async def test_what_was_begun_by_a_connection_is_heard_of_after_it_was_disabled(shop: Shop, tmp_path: Path) -> None:
    edge, sandbox = shop
    await put_secret(edge, true_key(tmp_path))
    await edge.post("/v1/connections", "admin", body(sandbox))
    off = await edge.client.patch("/v1/connections/mine", headers=edge.headers("admin"), json={"enabled": False})
    heard = await edge.client.post("/hooks/mine", content=b"not signed")
    nobody = await edge.client.post("/hooks/nobody", content=b"not signed")
    assert (off.status_code, heard.status_code, nobody.status_code) == (200, 401, 404)


async def test_only_a_connection_that_is_off_and_was_never_used_is_deleted(shop: Shop, tmp_path: Path) -> None:
    edge, sandbox = shop
    await put_secret(edge, true_key(tmp_path))
    await edge.post("/v1/connections", "admin", body(sandbox))
    path, headers = "/v1/connections/mine", edge.headers("admin")
    used: dict[str, Any] = {"connection": "mine", "method": "virtual_account", "method_options": {"bank": "BCA"}}

    async def delete() -> int:
        return (await edge.client.delete(path, headers=headers)).status_code

    assert await delete() == 409  # it is on
    await edge.client.patch(path, headers=headers, json={"enabled": False})
    assert await delete() == 204
    assert (await edge.get(path)).status_code == 404
    await edge.post("/v1/connections", "admin", body(sandbox))
    assert (await edge.create(**used)).status_code == 201
    await edge.client.patch(path, headers=headers, json={"enabled": False})
    assert await delete() == 409
    assert len(await edge.audited("connection.deleted")) == 1
