"""The road of every request: ids, problems, headers, callers, sessions, limits (R36, R43, R47, R48, R53, R55)."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable

import asyncpg
import pytest

from gerbang.base.http import Http
from gerbang.core.limits.model import Limit
from gerbang.core.limits.service import Limiter
from tests.web.conftest import PASSWORD, Edge, Line


async def test_every_answer_carries_its_request_id(edge: Edge) -> None:
    made = await edge.client.get("/v1/payments")
    assert re.fullmatch(r"req_[0-9A-Z]{26}", made.headers["x-request-id"])
    assert made.json()["request_id"] == made.headers["x-request-id"]
    told = await edge.client.get("/healthz", headers={"x-request-id": "order-4711_abc"})
    assert told.headers["x-request-id"] == "order-4711_abc"
    for wild in ("x", "a b c d e f g h", "<script>alert(1)", "a" * 65):
        answer = await edge.client.get("/healthz", headers={"x-request-id": wild})
        assert answer.headers["x-request-id"].startswith("req_")


async def test_errors_are_problems_everywhere(edge: Edge) -> None:
    for method, path, status, code in [
        ("GET", "/nothing", 404, "route_not_found"),
        ("GET", "/v1/payments/", 404, "route_not_found"),
        ("GET", "//v1/payments", 404, "route_not_found"),
        ("GET", "/V1/payments", 404, "route_not_found"),
        ("DELETE", "/v1/payments", 405, "method_not_allowed"),
        ("OPTIONS", "/v1/payments", 405, "method_not_allowed"),
        ("GET", "/v1/auth/login", 405, "method_not_allowed"),
        ("GET", "/schema/openapi.json", 404, "route_not_found"),
        ("GET", "/v1/payments", 401, "unauthenticated"),
    ]:
        answer = await edge.client.request(method, path)
        assert answer.status_code == status, path
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["code"] == code
        assert set(problem) >= {"type", "title", "status", "detail", "instance", "code", "request_id"}
        if status == 405:
            assert answer.headers["allow"]


async def test_every_answer_carries_the_security_headers(edge: Edge) -> None:
    """R47."""
    for path in ("/healthz", "/v1/payments", "/nothing", "/docs", "/login"):
        headers = (await edge.client.get(path)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] in ("no-referrer", "same-origin")
        assert "app;dur=" in headers["server-timing"]
        assert "server" not in headers


async def test_a_key_in_the_address_is_refused_with_advice(edge: Edge) -> None:
    """R36."""
    key = edge.tokens["admin"].removeprefix("Bearer ")
    for query in (f"api_key={key}", f"key={key}", "access_token=abc", "token=eyJhbGciOi.eyJzdWIi"):
        answer = await edge.client.get(f"/v1/payments?{query}")
        assert (answer.status_code, answer.json()["code"]) == (400, "credential_in_query")
        assert key not in answer.text


async def test_strangers_hosts_are_refused(edge: Edge) -> None:
    """A page of another name that resolves to us is not us."""
    for host in ("evil.example", "127.0.0.1.evil.example", "", "[::ffff:127.0.0.1]"):
        answer = await edge.client.get("/docs", headers={"host": host})
        assert answer.status_code == 400, host
    assert (await edge.client.get("/docs", headers={"host": "localhost:1"})).status_code == 200


async def test_bodies_are_bounded_and_plain(edge: Edge) -> None:
    """R43."""
    headers = edge.headers("developer", "new")
    large = await edge.client.post("/v1/payments", content=b"x" * 300_000, headers=headers)
    assert (large.status_code, large.json()["code"]) == (413, "body_too_large")

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 20_000

    chunked = await edge.client.post("/v1/payments", content=chunks(), headers=headers)
    assert chunked.status_code == 413
    for extra in ({"content-encoding": "gzip"}, {"content-type": "text/plain"}, {"content-type": "application/xml"}):
        answer = await edge.client.post("/v1/payments", content=b"{}", headers={**headers, **extra})
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


async def _session(edge: Edge) -> str:
    answer = await edge.post("/v1/auth/login", "nobody", {"email": "customer@example.com", "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


async def test_a_session_cookie_works_for_reading_and_for_our_own_pages_only(edge: Edge) -> None:
    """The cookie is not a way around the Origin check."""
    cookie = {"cookie": f"grb_session={await _session(edge)}"}
    assert (await edge.client.get("/v1/me", headers=cookie)).status_code == 200
    path = "/v1/auth/password"
    body = {"current": PASSWORD, "new": PASSWORD + " lagi"}
    for origin in ({}, {"origin": "https://evil.example"}, {"origin": "null"}):
        answer = await edge.client.post(path, json=body, headers={**cookie, **origin})
        assert (answer.status_code, answer.json()["code"]) == (403, "cross_site_request")
    answer = await edge.client.post(path, json=body, headers={**cookie, "origin": edge.url})
    assert answer.status_code == 204, answer.text
    assert (await edge.client.get("/login", headers={"cookie": "grb_session=old"})).status_code == 200
    assert (await edge.client.get("/v1/me", headers={"cookie": "grb_session=old"})).status_code == 401


async def test_a_limit_is_told_and_kept(edge: Edge) -> None:
    """R48: login by address, over a restart of the counter's process."""
    seen = await edge.post("/v1/auth/refresh", "nobody", {"refresh_token": "x"})
    assert seen.headers["ratelimit-policy"] == '"login";q=600;w=60'
    assert re.fullmatch(r'"login";r=\d+;t=\d+', seen.headers["ratelimit"])
    limiter, limit = Limiter(edge.services.db), Limit("login", 600, 60, shared=True)
    while (await limiter.take(limit, "address:127.0.0.1")).allowed:
        pass
    edge.services.limits._lots.clear()  # as a restarted process would begin
    answer = await edge.post("/v1/auth/refresh", "nobody", {"refresh_token": "x"})
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert '";r=0;' in answer.headers["ratelimit"]
    assert (await edge.get("/v1/payments")).status_code == 200


async def test_money_and_login_stay_closed_when_they_cannot_be_counted(edge: Edge) -> None:
    """R48."""
    owner = await asyncpg.connect(edge.database.owner_dsn)
    await owner.execute("ALTER TABLE rate_counters RENAME TO away")
    await owner.execute("CREATE VIEW rate_counters AS SELECT * FROM away WHERE false")
    await owner.execute("REVOKE ALL ON rate_counters FROM gerbang_app")
    try:
        for path in ("/v1/auth/login", "/v1/payments"):
            answer = await edge.post(path, "developer", {}, "new")
            assert (answer.status_code, answer.json()["code"]) == (503, "limiter_unavailable"), answer.text
            assert answer.headers["retry-after"]
        assert (await edge.get("/v1/payments")).status_code == 200
    finally:
        await owner.close()


async def test_no_audit_no_action(edge: Edge) -> None:
    """R53: within two seconds, and reading goes on."""
    await edge.create()
    owner = await asyncpg.connect(edge.database.owner_dsn)
    await owner.execute("REVOKE INSERT ON audit FROM gerbang_app")
    try:
        answer = await asyncio.wait_for(edge.create(), 2)
        assert (answer.status_code, answer.json()["code"]) == (503, "audit_unavailable")
        assert answer.headers["retry-after"]
        assert await edge.count("payments") == 1
        assert (await edge.get("/v1/payments")).status_code == 200
        await owner.execute("GRANT INSERT ON audit TO gerbang_app")
        await owner.execute("BEGIN")
        await owner.execute("LOCK TABLE audit IN ACCESS EXCLUSIVE MODE")
        locked = await asyncio.wait_for(edge.create(), 2)
        assert locked.status_code == 503
    finally:
        await owner.close()


async def test_ready_says_what_is_wrong_and_health_does_not_mind(far_edge: tuple[Edge, Line]) -> None:
    """R55: a migration is missing, then the database is away, then it is back."""
    edge, line = far_edge
    assert (await edge.client.get("/readyz")).json() == {"status": "ready", "causes": {}}
    owner = await asyncpg.connect(edge.database.owner_dsn)
    await owner.execute("CREATE TABLE kept AS SELECT * FROM schema_migrations")
    await owner.execute("DELETE FROM schema_migrations WHERE version = (SELECT max(version) FROM schema_migrations)")
    await asyncio.sleep(1.1)
    answer = await edge.client.get("/readyz")
    assert answer.status_code == 503
    assert "migrations are pending" in answer.json()["causes"]["database"]
    await owner.execute("INSERT INTO schema_migrations SELECT * FROM kept ON CONFLICT DO NOTHING")
    await owner.close()

    await line.cut()
    await asyncio.sleep(1.1)
    answer = await asyncio.wait_for(edge.client.get("/readyz"), 5)
    assert (answer.status_code, answer.json()["causes"]) == (503, {"database": "The database does not answer"})
    assert "gerbang_app" not in answer.text
    assert (await edge.client.get("/healthz")).status_code == 200
    listed = await edge.get("/v1/payments")
    assert (listed.status_code, listed.json()["code"]) == (503, "database_unavailable")
    assert listed.headers["retry-after"]

    await line.mend()
    await asyncio.sleep(1.1)
    assert (await edge.client.get("/readyz")).status_code == 200
    assert (await edge.create()).status_code == 201


async def test_the_reference_is_complete_and_self_contained(edge: Edge) -> None:
    schema = (await edge.client.get("/openapi.json")).json()
    assert schema["openapi"].startswith("3.1")
    create = schema["paths"]["/v1/payments"]["post"]
    assert create["security"] == [{"bearer": []}]
    assert [one["name"] for one in create["parameters"]] == ["Idempotency-Key"]
    assert create["x-permissions"] == ["payments:create"]
    assert "/hooks/{connection}" in schema["paths"]
    for path in ("/docs", "/docs/errors"):
        page = (await edge.client.get(path)).text
        assert re.findall(r"<script(?! type=.module. src=)", page) == []
        # What a page loads is our own; a link that a reader follows may lead elsewhere (to the sandbox, for one).
        assert not re.findall(r"""<(?!a\s)[^>]*\s(?:src|srcset|href|action)=["'](?:https?:)?//""", page)
    errors = (await edge.client.get("/docs/errors")).text
    for code in (
        "idempotency_key_required",
        "payment_not_found",
        "card_data_refused",
        "invalid_token",
        "limiter_unavailable",
    ):
        assert f'id="{code}"' in errors


async def test_metrics_count_by_route_and_hold_no_ids(edge: Edge) -> None:
    made = (await edge.create()).json()
    await edge.get(f"/v1/payments/{made['id']}")
    await edge.client.get("/secret/path")
    text = (await edge.client.get("/metrics")).text
    assert (await edge.client.get("/metrics", headers={"host": "10.0.0.5:8080"})).json()["code"] == "host_unknown"
    assert 'gerbang_http_requests_total{route="GET /v1/payments/{payment}",status="200"} 1.0' in text
    assert 'route="unmatched",status="404"' in text
    assert made["id"] not in text
    assert "secret" not in text


async def test_an_unexpected_error_tells_nothing(edge: Edge, capsys: pytest.CaptureFixture[str]) -> None:
    owner = await asyncpg.connect(edge.database.owner_dsn)
    made = (await edge.create()).json()
    await owner.execute("ALTER TABLE attempts RENAME TO gone_attempts")
    await owner.close()
    for path in (f"/v1/payments/{made['id']}", "/v1/payments"):
        answer = await edge.get(path)
        assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
        assert "attempts" not in answer.text
        assert answer.json()["request_id"] in "".join(capsys.readouterr())


async def test_secrets_go_in_and_never_come_out(edge: Edge) -> None:
    value = "canary-5f3c"
    put = await edge.client.put(
        "/v1/secrets/service/nicepay-uji/merchant_key", json={"value": value}, headers=edge.headers("admin")
    )
    assert put.json() == {"name": "service/nicepay-uji/merchant_key", "version": 1}
    rotated = await edge.post("/v1/secrets/service/nicepay-uji/merchant_key/rotate", "admin", {})
    assert rotated.json()["version"] == 2
    listed = await edge.get("/v1/secrets")
    assert value not in listed.text
    mine = next(one for one in listed.json()["data"] if one["name"] == "service/nicepay-uji/merchant_key")
    assert [version["version"] for version in mine["versions"]] == [2, 1]
    assert (await edge.post("/v1/secrets/service/x", "admin", {})).status_code == 404
    assert (await edge.get("/v1/secrets", "developer")).status_code == 403


async def test_connections_show_names_of_secrets_only(edge: Edge) -> None:
    body = {"id": "nicepay-satu", "provider": "nope", "livemode": False}
    answer = await edge.post("/v1/connections", "admin", body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/provider")
    assert (await edge.get("/v1/connections")).json()["data"] == []
    assert (await edge.get("/v1/connections/nope")).status_code == 404
    assert (await edge.post("/v1/connections", "support", body)).status_code == 403


async def test_a_private_key_is_refused_as_a_setting_and_kept_nowhere(
    edge: Edge, capfd: pytest.CaptureFixture[str]
) -> None:
    """R49: what a careful wallet never shows, somebody will paste here."""
    private = "xprv9s21ZrQH143K31xYSDQpPDxsXRTUcvj2iNHm5NUtrGiGG5e2DtALGdso3pGz6ssrdK4PFmM8NSpSBHNqPqm55Qn3LqFtT2emdEXVYsCzC2U"
    settings = {"network": "base", "rpc_urls": "https://node.example", "xpub": private}
    body = {"id": "evm-satu", "provider": "evm", "livemode": False, "settings": settings}
    answer = await edge.post("/v1/connections", "admin", body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/settings/xpub")
    assert private[:16] not in answer.text + "".join(capfd.readouterr())
    assert (await edge.get("/v1/connections")).json()["data"] == []


async def test_two_hundred_clients_at_once_are_all_answered(edge: Edge, free_port: Callable[[], int]) -> None:
    made = (await edge.create()).json()["id"]
    path, headers = f"/v1/payments/{made}", edge.headers("admin")
    http = Http(
        connections=200, per_host=200
    )  # httpx searches all of them for each that waits, which takes ten seconds
    answers = await asyncio.gather(*(http.send("GET", edge.url + path, headers=headers) for _ in range(600)))
    await http.close()
    assert {answer.status for answer in answers} == {200}
