"""Signing in and out, users and keys over real HTTP against a real database (R27–R33, R36, R37, R49)."""

import asyncio
import contextlib
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
import structlog

from gerbang import app as composition
from gerbang.core.identity.model import Role
from gerbang.providers.sealed import ensure_root_key
from gerbang.settings import load
from gerbang.web.assembly import assemble
from gerbang.web.transport.server import serve
from tests.conftest import FreshDatabase

PASSWORD = "nasi uduk tanpa sambal"
ADMIN = "made@example.com"
Login = Callable[[str], Awaitable[dict[str, str]]]


@pytest.fixture
def printed() -> Iterator[io.StringIO]:
    """What goes to the standard error stream; ask for it before `http`, whose access log keeps the stream it finds."""
    with contextlib.redirect_stderr(io.StringIO()) as stream:
        yield stream


@pytest.fixture
async def parts(database: FreshDatabase, tmp_path: Path) -> AsyncIterator[composition.Core]:
    """The core of one process, with an admin."""
    settings = load(data=tmp_path, database_url=database.app_dsn, sandbox=True)
    ensure_root_key(settings.root_key_path, create=True)
    async with composition.core(settings, "test") as core:
        await core.changes.poll()
        await core.identity.accounts.create("system:test", ADMIN, PASSWORD, "Made", "id", Role.ADMIN)
        yield core


@pytest.fixture
async def http(parts: composition.Core) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the API, which listens on a port of its own."""
    stop, port = asyncio.Event(), asyncio.get_running_loop().create_future()
    edge = assemble(composition.services(parts))
    server = asyncio.create_task(serve(edge, "127.0.0.1", 0, ready=port.set_result, stop=stop))
    polling = asyncio.create_task(parts.changes.run(stop))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{await port}", timeout=10) as client:
        yield client
    stop.set()
    await asyncio.gather(server, polling)


@pytest.fixture
def login(http: httpx.AsyncClient) -> Login:
    """Headers of a signed-in user with PASSWORD."""

    async def signed_in(email: str) -> dict[str, str]:
        answer = await http.post("/v1/auth/login", json={"email": email, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return {"authorization": f"Bearer {answer.json()['access_token']}"}

    return signed_in


def body(email: str = "sari@example.com", password: str = PASSWORD, **more: Any) -> dict[str, Any]:
    return {"email": email, "password": password, "name": "Sari", "locale": "id", **more}


async def register(http: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    answer = await http.post("/v1/auth/register", json=body(**more))
    assert answer.status_code == 201, answer.text
    result: dict[str, Any] = answer.json()
    return result


async def test_whoever_registers_signs_in_and_is_told_who_they_are(http: httpx.AsyncClient) -> None:
    user = await register(http)
    answer = await http.post("/v1/auth/login", json={"email": "sari@example.com", "password": PASSWORD})
    pair = answer.json()
    assert answer.status_code == 200
    assert pair.keys() == {"access_token", "token_type", "expires_in", "refresh_token"}
    assert (pair["token_type"], pair["expires_in"]) == ("Bearer", 600)
    assert answer.headers["cache-control"] == "no-store"
    me = await http.get("/v1/me", headers={"authorization": f"Bearer {pair['access_token']}"})
    assert me.json()["user"] == user
    assert (me.json()["kind"], me.json()["role"]) == ("user", "customer")


async def test_a_read_only_or_unknown_field_is_refused_r40(http: httpx.AsyncClient) -> None:
    answer = await http.post("/v1/auth/register", json=body(role="admin"))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/role"


async def test_a_weak_password_is_refused_with_the_reason_r31(http: httpx.AsyncClient) -> None:
    for locale in ("id", "en"):  # of the person's pages and mails: programs are answered in English
        answer = await http.post("/v1/auth/register", json=body(password="kuda laut biru", locale=locale))
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (422, "weak_password")
        assert problem["errors"][0]["pointer"] == "/password"
        assert "at least 15 characters" in problem["errors"][0]["detail"]


async def test_unknown_user_and_wrong_password_get_the_same_answer_r33(http: httpx.AsyncClient) -> None:
    await register(http)
    answers = [
        await http.post("/v1/auth/login", json={"email": email, "password": "soto ayam tanpa koya"})
        for email in ("sari@example.com", "nobody@example.com")
    ]
    assert [answer.status_code for answer in answers] == [401, 401]
    varying = {"x-request-id", "server-timing", "date", "ratelimit", "content-length"}
    one, other = ({k: v for k, v in answer.headers.items() if k not in varying} for answer in answers)
    assert one == other
    first, second = ({k: v for k, v in answer.json().items() if k != "request_id"} for answer in answers)
    assert first == second
    assert (first["code"], first["detail"]) == ("invalid_credentials", "The email address or the password is wrong.")


async def test_every_bad_token_gets_the_same_body_r27(http: httpx.AsyncClient, login: Login) -> None:
    good = (await login(ADMIN))["authorization"].removeprefix("Bearer ")
    head, claims, signature = good.split(".")
    refresh = (await http.post("/v1/auth/login", json={"email": ADMIN, "password": PASSWORD})).json()["refresh_token"]
    bad = [
        f"{head}.{claims}.{signature[1:]}{signature[0]}",
        f"{head}.{claims}.",
        jwt.encode({"sub": "x"}, "k" * 32, "HS256"),
        jwt.encode({"sub": "x"}, "", "none"),
        refresh,
        "grb_test_" + "a" * 48,
        "x",
        good + "A" * 20_000,
    ]
    bodies = []
    for token in bad:
        answer = await http.get("/v1/me", headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == 401
        bodies.append({k: v for k, v in answer.json().items() if k != "request_id"})
    assert all(one == bodies[0] for one in bodies)
    assert bodies[0]["code"] == "invalid_token"


async def test_refresh_reuse_and_a_lost_answer_r29(http: httpx.AsyncClient) -> None:
    await register(http)
    first = (await http.post("/v1/auth/login", json={"email": "sari@example.com", "password": PASSWORD})).json()
    turn = {"refresh_token": first["refresh_token"]}
    second = (await http.post("/v1/auth/refresh", json=turn)).json()
    again = (await http.post("/v1/auth/refresh", json=turn)).json()
    assert again["refresh_token"] == second["refresh_token"] != first["refresh_token"]
    thief = await http.post("/v1/auth/refresh", json=turn, headers={"user-agent": "somebody else"})
    assert (thief.status_code, thief.json()["code"]) == (401, "invalid_token")
    for pair in (first, second):
        me = await http.get("/v1/me", headers={"authorization": f"Bearer {pair['access_token']}"})
        assert me.status_code == 401
    assert (await http.post("/v1/auth/refresh", json={"refresh_token": second["refresh_token"]})).status_code == 401


async def test_signing_out_with_either_token_ends_the_session_r30(http: httpx.AsyncClient) -> None:
    await register(http)
    for by_refresh in (True, False):
        pair = (await http.post("/v1/auth/login", json={"email": "sari@example.com", "password": PASSWORD})).json()
        headers = {"authorization": f"Bearer {pair['access_token']}"}
        assert (await http.get("/v1/me", headers=headers)).status_code == 200
        if by_refresh:
            out = await http.post("/v1/auth/logout", json={"refresh_token": pair["refresh_token"]})
        else:
            out = await http.post("/v1/auth/logout", headers=headers)
        assert (out.status_code, out.content) == (204, b"")
        assert (await http.get("/v1/me", headers=headers)).status_code == 401
        assert (await http.post("/v1/auth/refresh", json={"refresh_token": pair["refresh_token"]})).status_code == 401


async def test_a_new_password_ends_every_session_r30(http: httpx.AsyncClient, login: Login) -> None:
    await register(http)
    one, other = await login("sari@example.com"), await login("sari@example.com")
    change = {"current": PASSWORD, "new": "soto ayam tanpa koya"}
    wrong = await http.post("/v1/auth/password", json={**change, "current": "wrong"}, headers=one)
    assert (wrong.status_code, wrong.json()["code"]) == (401, "invalid_credentials")
    assert (await http.post("/v1/auth/password", json=change, headers=one)).status_code == 204
    for headers in (one, other):
        assert (await http.get("/v1/me", headers=headers)).status_code == 401


async def test_an_admin_adds_lists_changes_and_disables_users_r30(http: httpx.AsyncClient, login: Login) -> None:
    admin = await login(ADMIN)
    made = await http.post("/v1/users", json=body(role="support"), headers=admin)
    assert (made.status_code, made.json()["role"]) == (201, "support")
    address = f"/v1/users/{made.json()['id']}"
    assert (await http.get(address, headers=admin)).json() == made.json()
    staff = await login("sari@example.com")
    assert (await http.get("/v1/users", headers=staff)).status_code == 403
    changed = await http.patch(address, json={"role": "finance"}, headers=admin)
    assert changed.json()["role"] == "finance"
    assert (await http.get("/v1/me", headers=staff)).status_code == 401, "the token still says support"
    staff = await login("sari@example.com")
    assert (await http.patch(address, json={"disabled": True}, headers=admin)).json()["disabled"]
    assert (await http.get("/v1/me", headers=staff)).status_code == 401
    alone = (await http.get("/v1/me", headers=admin)).json()["id"]
    last = await http.patch(f"/v1/users/{alone}", json={"disabled": True}, headers=admin)
    assert (last.status_code, last.json()["code"]) == (409, "last_admin")
    assert (await http.get("/v1/users/usr_nobody", headers=admin)).status_code == 404


async def test_users_come_in_pages(http: httpx.AsyncClient, login: Login) -> None:
    admin = await login(ADMIN)
    for number in range(3):
        await register(http, email=f"u{number}@example.com")
    first = (await http.get("/v1/users", params={"limit": 3}, headers=admin)).json()
    rest = (await http.get("/v1/users", params={"limit": 3, "cursor": first["next_cursor"]}, headers=admin)).json()
    emails = [user["email"] for user in (*first["data"], *rest["data"])]
    assert emails == ["u2@example.com", "u1@example.com", "u0@example.com", ADMIN]
    assert rest["next_cursor"] is None


async def test_a_key_is_shown_once_works_and_is_refused_after_its_end_r36(
    http: httpx.AsyncClient, login: Login
) -> None:
    admin = await login(ADMIN)
    made = (await http.post("/v1/api-keys", json={"name": "shop", "role": "developer"}, headers=admin)).json()
    key = {"authorization": f"Bearer {made['key']}"}
    me = (await http.get("/v1/me", headers=key)).json()
    assert (me["kind"], me["id"], me["role"]) == ("api_key", made["api_key"]["id"], "developer")
    listed = await http.get("/v1/api-keys", headers=admin)
    assert made["key"] not in listed.text
    assert [one["prefix"] for one in listed.json()["data"]] == [made["key"][:17]]
    assert (await http.get("/v1/api-keys", headers=key)).status_code == 403
    assert (await http.post("/v1/auth/password", json={"current": "x", "new": "y"}, headers=key)).status_code == 403
    ended = await http.delete(f"/v1/api-keys/{made['api_key']['id']}", headers=admin)
    assert ended.json()["revoked_at"] is not None
    assert (await http.get("/v1/me", headers=key)).status_code == 401


async def test_a_key_in_the_address_is_refused_with_advice_r36(http: httpx.AsyncClient, login: Login) -> None:
    admin = await login(ADMIN)
    made = (await http.post("/v1/api-keys", json={"name": "shop", "role": "developer"}, headers=admin)).json()
    answer = await http.get("/v1/me", params={"api_key": made["key"]})
    assert (answer.status_code, answer.json()["code"]) == (400, "credential_in_query")
    assert made["key"] not in answer.text


async def test_the_published_keys_verify_a_token(http: httpx.AsyncClient, login: Login) -> None:
    answer = await http.get("/.well-known/jwks.json")
    assert "max-age=300" in answer.headers["cache-control"]
    token = (await login(ADMIN))["authorization"].removeprefix("Bearer ")
    known = jwt.PyJWKSet.from_dict(answer.json())[jwt.get_unverified_header(token)["kid"]]
    assert jwt.decode(token, known.key, ["EdDSA"], audience="gerbang-api")["role"] == "admin"


async def test_the_owners_link_is_void_once_there_is_an_admin_r37(http: httpx.AsyncClient) -> None:
    answer = await http.post("/v1/auth/owner", json=body(token="gro_" + "A" * 43))
    assert (answer.status_code, answer.json()["code"]) == (403, "owner_link_invalid")


async def test_no_password_token_or_key_is_logged_or_told_back_r49(
    printed: io.StringIO, http: httpx.AsyncClient, login: Login, parts: composition.Core
) -> None:
    canary = "canary nasi goreng istimewa"
    with structlog.testing.capture_logs() as logs:
        await register(http, password=canary)
        pair = (await http.post("/v1/auth/login", json={"email": "sari@example.com", "password": canary})).json()
        key = (await http.post("/v1/api-keys", json={"name": "k"}, headers=await login(ADMIN))).json()["key"]
        answers = [
            await http.post("/v1/auth/login", json={"email": "sari@example.com", "password": canary + "x"}),
            await http.post("/v1/auth/register", json=body(password=canary)),
            await http.post("/v1/auth/login", json={"email": 1, "password": canary}),
            await http.post(
                "/v1/auth/login",
                content=f'{{"password":"{canary}"'.encode(),
                headers={"content-type": "application/json"},
            ),
            await http.get("/v1/me", headers={"authorization": f"Basic {key}"}),
            await http.post("/v1/auth/refresh", json={"refresh_token": pair["refresh_token"] + "x"}),
        ]
        await asyncio.sleep(0.6)  # the access log is written in lots
    async with parts.db.reading() as tx:
        rows = await tx.fetch(
            "SELECT a::text AS line FROM audit a UNION ALL SELECT t::text FROM refresh_tokens t UNION ALL SELECT k::text FROM api_keys k"
        )
    said = json.dumps(logs, default=str) + "".join(answer.text for answer in answers) + "".join(r["line"] for r in rows)
    said += printed.getvalue()
    assert "request.answered" in said
    assert "token.refused" in said
    for secret in (canary, pair["access_token"], pair["refresh_token"], key):
        assert secret not in said


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("grb_test_whole", "without the word Bearer"),
        ("Bearer whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "secret of a webhook"),
    ],
)
async def test_what_can_be_no_token_of_anybodys_is_told_by_what_it_is(
    http: httpx.AsyncClient, sent: str, said: str
) -> None:
    answer = await http.get("/v1/me", headers={"authorization": sent})
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")
    assert said in answer.json()["detail"]
    assert "Authorization: Bearer grb_" in answer.json()["hint"]
