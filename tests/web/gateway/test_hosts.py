"""A service under its public name: forms, links, cookies and log-out, whatever a proxy made of the request on its way (R45)."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import FreshDatabase
from tests.web.conftest import PASSWORD, Edge, running_edge

PUBLIC = "https://pay.example:8443"


@pytest.fixture
async def named(database: FreshDatabase, tmp_path: Path, free_port: Callable[[], int]) -> AsyncIterator[Edge]:
    """A service that is known as pay.example, with a proxy on this machine."""
    chosen: dict[str, Any] = {"public_url": PUBLIC, "trusted_proxies": ("::ffff:127.0.0.1",)}
    async for one in running_edge(database, tmp_path, free_port(), **chosen):
        yield one


async def log_in(edge: Edge, **headers: str) -> httpx.Response:
    form = {"email": "customer@example.com", "password": PASSWORD, "next": "/shop"}
    return await edge.client.post("/login", data=form, headers={"origin": PUBLIC, **headers})


async def test_forms_work_whatever_became_of_the_host_and_links_name_the_public_address(named: Edge) -> None:
    for headers in (
        {"host": "pay.example:8443"},
        {"host": "pay.example"},
        {"host": "127.0.0.1:8080"},
        {"host": "gerbang_upstream"},
        {"host": "10.0.0.3:8080", "x-forwarded-host": "pay.example:8443", "x-forwarded-proto": "https"},
        {"host": "backend.internal", "x-forwarded-host": "pay.example"},
        {"host": "backend.internal", "forwarded": 'for=203.0.113.7;host="pay.example:8443";proto=https'},
    ):
        answer = await log_in(named, **headers)
        assert (answer.status_code, answer.headers["location"]) == (303, "/shop"), (headers, answer.text)
        assert all("Secure" in cookie for cookie in answer.headers.get_list("set-cookie")), headers
        made = await named.client.post(
            "/v1/payments",
            json={"amount": 1000, "currency": "IDR", "description": "Kopi"},
            headers={**named.headers("developer", "new"), **headers},
        )
        assert made.json()["checkout_url"].startswith(f"{PUBLIC}/pay/"), headers


async def test_another_sites_form_and_a_forged_host_get_nowhere(named: Edge) -> None:
    for origin in ("https://evil.example", "https://pay.example", "http://pay.example:8443", "null"):
        assert (await log_in(named, origin=origin, host="127.0.0.1:8080")).status_code == 403, origin
    for headers in ({"host": "evil.example"}, {"host": "evil.example", "x-forwarded-host": "evil.example"}):
        answer = await named.client.get("/shop", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "host_unknown")
        assert "GERBANG_PUBLIC_URL" in answer.json()["hint"]


@pytest.mark.parametrize("origin", [{"origin": "null"}, {"origin": ""}])
async def test_a_form_of_ours_is_believed_where_something_in_front_hides_its_origin(
    named: Edge, origin: dict[str, str]
) -> None:
    """A proxy that sets `Referrer-Policy: no-referrer` makes Origin `null`; one that drops it leaves nothing. The browser says by itself whose page it was."""
    host = "127.0.0.1:8080"
    for fetched in ({"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none", "sec-fetch-mode": "navigate"}):
        assert (await log_in(named, host=host, **origin, **fetched)).status_code == 303, fetched
    for fetched in (
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none", "sec-fetch-mode": "cors"},
        {},
    ):
        assert (await log_in(named, host=host, **origin, **fetched)).status_code == 403, fetched
    foreign = {"origin": "https://evil.example", "sec-fetch-site": "same-origin"}
    assert (await log_in(named, host=host, **foreign)).status_code == 403


async def test_a_form_of_another_site_is_called_that_and_no_matter_of_accounts(named: Edge) -> None:
    named.client.cookies.set("grb_session", named.tokens["customer"].removeprefix("Bearer "))
    for path in ("/login", "/console/payments/new", "/logout"):
        for language, words in (("id", "datang dari situs lain"), ("en", "came from another site")):
            headers = {"origin": "https://evil.example", "host": "127.0.0.1:8080", "accept-language": language}
            answer = await named.client.post(path, data={"email": "x"}, headers=headers)
            assert (answer.status_code, words in answer.text) == (403, True), (path, answer.text)


async def test_logging_out_ends_the_session_also_when_the_access_token_has_run_out(named: Edge) -> None:
    """The browser drops the access cookie after ten minutes; what it keeps must be enough to leave."""
    came = await log_in(named)
    kept = [cookie.split(";")[0] for cookie in came.headers.get_list("set-cookie") if "Path=/logout" in cookie]
    assert len(kept) == 1
    left = await named.client.post("/logout", data={"next": "/shop"}, headers={"origin": PUBLIC, "cookie": kept[0]})
    assert left.status_code == 303
    assert len([cookie for cookie in left.headers.get_list("set-cookie") if "Max-Age=0" in cookie]) == 3
    again = await named.client.get("/login?next=/shop", headers={"cookie": kept[0].replace("grb_leave", "grb_refresh")})
    assert again.status_code == 200, "the session went on"
    named.client.cookies.clear()


async def test_logging_out_by_api_with_a_token_that_has_run_out_needs_the_refresh_token_and_says_so(
    named: Edge,
) -> None:
    pair = (
        await named.post("/v1/auth/login", "nobody", {"email": "customer@example.com", "password": PASSWORD})
    ).json()
    old = {"authorization": "Bearer " + pair["access_token"][:-4] + "AAAA"}
    alone = await named.client.post("/v1/auth/logout", json={}, headers=old)
    assert (alone.status_code, alone.json()["code"]) == (401, "invalid_token")
    both = await named.client.post("/v1/auth/logout", json={"refresh_token": pair["refresh_token"]}, headers=old)
    assert both.status_code == 204
    assert (
        await named.client.post("/v1/auth/refresh", json={"refresh_token": pair["refresh_token"]})
    ).status_code == 401


async def test_who_runs_the_shop_begins_in_the_console_and_who_buys_in_the_shop(
    database: FreshDatabase, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    begins = {}
    async for edge in running_edge(database, tmp_path, free_port(), sandbox=True):
        for who in ("owner", "customer"):
            form = {"email": f"{who}@example.com", "password": PASSWORD}
            entered = await edge.client.post("/login", data=form, headers={"origin": edge.url})
            cookie = "; ".join(one.partition(";")[0] for one in entered.headers.get_list("set-cookie"))
            host = f"localhost:{edge.port}"
            begun = await edge.client.get(entered.headers["location"], headers={"cookie": cookie, "host": host})
            begins[who] = begun.headers.get("location")
    assert begins == {"owner": "/console/payments", "customer": "/shop"}
