"""The inspector: anything that arrives at /inspect/{name} is kept within bounds and told with its verdict, by the control API and on a page."""

from time import time

import httpx
import pytest

from gerbang.core.endpoints.signatures import SharedSecret, headers
from gerbang.ports.simulator import Request
from gerbang.sandbox.inspector import KEPT_BODY, MOST_ARRIVALS, MOST_BYTES, MOST_HOOKS, Inspector

KEY = SharedSecret(b"k" * 32)


async def arrived(http: httpx.AsyncClient, name: str = "shop") -> list[dict[str, object]]:
    found: list[dict[str, object]] = (await http.get(f"/control/hooks/{name}")).json()["data"]
    return found


async def test_any_method_is_received_and_kept_as_it_came(http: httpx.AsyncClient) -> None:
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        assert (
            await http.request(method, "/inspect/shop?a=1", content=b"hi", headers={"x-own": "1"})
        ).status_code == 200
    found = await arrived(http)
    assert [one["method"] for one in found] == ["OPTIONS", "PATCH", "DELETE", "PUT", "POST", "GET"]
    assert (found[0]["body"], found[0]["query"]) == ("hi", "a=1")
    assert found[0]["headers"]["x-own"] == "1"  # type: ignore[index]  # it is a mapping
    assert (await http.get("/control/hooks")).json()["data"] == ["shop"]


async def test_a_page_of_a_stranger_may_send_there_as_to_any_server(http: httpx.AsyncClient) -> None:
    assert (await http.post("/inspect/shop", headers={"origin": "https://evil.example"})).status_code == 200


async def test_a_secret_that_is_entered_later_judges_what_came_before(http: httpx.AsyncClient) -> None:
    body = b'{"type":"payment.paid"}'
    await http.post("/inspect/shop", content=body, headers=dict(headers("evt_1", int(time()), body, [KEY])))
    assert (await arrived(http))[0]["verdict"]["good"] is None  # type: ignore[index]  # it is a mapping
    told = await http.put("/control/hooks/shop", json={"keys": [KEY.text()]})
    assert (told.json()["keys"], told.json()["data"][0]["verdict"]["good"]) == (1, True)
    assert KEY.text() not in told.text


async def test_it_answers_what_it_is_told_to_and_forgets_on_demand(http: httpx.AsyncClient) -> None:
    await http.put("/control/hooks/shop", json={"status": 410})
    assert (await http.post("/inspect/shop")).status_code == 410
    assert (await http.delete("/control/hooks/shop")).json()["data"] == []
    assert (await http.post("/inspect/shop")).status_code == 200


@pytest.mark.parametrize(
    ("call", "body", "status"),
    [
        ("shop", {"status": 99}, 422),
        ("shop", {"keys": ["k"] * 11}, 422),
        ("Shop!", {"status": 200}, 422),
        ("shop", {"x": 1}, 422),
    ],
)
async def test_what_cannot_be_set_is_refused_in_words(
    http: httpx.AsyncClient, call: str, body: object, status: int
) -> None:
    answer = await http.put(f"/control/hooks/{call}", json=body)
    assert (answer.status_code, bool(answer.json()["detail"])) == (status, True)


async def test_a_name_that_is_none_is_told_how_names_are(http: httpx.AsyncClient) -> None:
    answer = await http.post("/inspect/Shop%20A")
    assert (answer.status_code, "small letters" in answer.text) == (404, True)


def request(name: str, body: bytes = b"") -> Request:
    return Request(method="POST", path=f"/inspect/{name}", query=b"", headers={}, body=body, base_url="")


def test_neither_hooks_nor_requests_nor_bytes_grow_without_end() -> None:
    inspector = Inspector()
    for number in range(MOST_HOOKS + 5):
        inspector.receive(request(f"h{number}"))
    assert (len(inspector.names), inspector.names[0]) == (MOST_HOOKS, f"h{MOST_HOOKS + 4}")
    for number in range(MOST_ARRIVALS + 5):
        inspector.receive(request("many", b"%d" % number))
    found = inspector.view("many", "").data
    assert (len(found), found[0].body) == (MOST_ARRIVALS, str(MOST_ARRIVALS + 4))
    for number in range(2 * MOST_BYTES // KEPT_BODY):
        inspector.receive(request(f"big{number % 4}", b"x" * (KEPT_BODY + 9)))
    held = [one for name in inspector.names for one in inspector.view(name, "").data]
    assert sum(len(one.body) for one in held) <= MOST_BYTES
    assert inspector.view("big1", "").data[0].cut
    assert inspector.view("big1", "").data[0].verdict.good is None


async def test_the_page_teaches_while_it_is_empty_and_then_shows_the_verdict(http: httpx.AsyncClient) -> None:
    empty = await http.get("/inspector", follow_redirects=True)
    assert empty.url.path == "/inspector/shop"
    assert "gerbang trigger payment.paid" in empty.text
    assert f"{http.base_url}/inspect/shop".replace("//inspect", "/inspect") in empty.text
    assert "script-src 'self'" in empty.headers["content-security-policy"]
    await http.post("/inspect/shop", content=b'{"type":"<b>payment.paid"}', headers={"webhook-id": "evt_1"})
    pressed = await http.post(
        "/inspector", data={"name": "shop", "do": "keys", "keys": KEY.text()}, follow_redirects=True
    )
    assert "webhook-timestamp is missing" in pressed.text
    assert "&lt;b&gt;payment.paid" in pressed.text
    assert KEY.text() not in pressed.text
    assert (await http.get("/static/copy.js")).headers["content-type"].startswith("text/javascript")
    assert "Webhook inspector" in (await http.get("/")).text
    gone = await http.post("/inspector", data={"name": "shop", "do": "forget"}, follow_redirects=True)
    assert "Nothing has arrived yet" in gone.text


async def test_what_arrives_is_in_no_journal(http: httpx.AsyncClient) -> None:
    await http.post("/inspect/shop", content=b"rahasia toko")
    assert "rahasia toko" not in (await http.get("/control/journal")).text
