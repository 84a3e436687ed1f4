"""Access tokens: everything that is not exactly ours is refused, all alike (R27, R28, F19)."""

import base64
import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import jwt
import pytest
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gerbang.base import ids
from gerbang.base.db import Database
from gerbang.base.errors import Unauthenticated
from gerbang.core.identity.model import InvalidToken, Role
from gerbang.core.identity.signing_keys import SigningKey, SigningKeys
from gerbang.core.secrets.model import JWT_SECRET
from gerbang.core.secrets.service import Secrets
from gerbang.ports.secrets import SecretStore, SecretValue, SecretVersion
from gerbang.providers.sealed import RootKey, SealedStore
from tests.core.identity.conftest import HOME, Process

Json = dict[str, Any]


def part(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(key: SigningKey, header: Json | bytes, claims: Json | bytes) -> str:
    """A token with a right signature over whatever header and claims."""
    text = f"{part(header)}.{part(claims)}"
    return f"{text}.{part(key.private.sign(text.encode()))}"


@pytest.fixture
async def key(process: Process) -> SigningKey:
    return (await process.identity.signing_keys.all_valid())[0]


@pytest.fixture
async def good(process: Process, key: SigningKey) -> tuple[Json, Json]:
    """Header and claims of a token that is accepted."""
    user = await process.add_user()
    pair = await process.login()
    header = jwt.get_unverified_header(pair.access_token)
    claims = jwt.decode(pair.access_token, options={"verify_signature": False})
    assert (await process.identity.caller_of(f"Bearer {pair.access_token}")).id == user.id
    assert (await process.identity.caller_of(f"Bearer {signed(key, header, claims)}")).id == user.id
    return header, claims


def with_header(**changed: Any) -> Callable[[Json, Json], tuple[Json, Json]]:
    return lambda header, claims: ({**header, **changed}, claims)


def with_claims(**changed: Any) -> Callable[[Json, Json], tuple[Json, Json]]:
    return lambda header, claims: (header, {**claims, **changed})


def without_claim(name: str) -> Callable[[Json, Json], tuple[Json, Json]]:
    return lambda header, claims: (header, {k: v for k, v in claims.items() if k != name})


def at(offset_s: float) -> int:
    """Unix time, so many seconds from when the test runs."""
    return int(time.time() + offset_s)


def with_times(**offsets_s: float) -> Callable[[Json, Json], tuple[Json, Json]]:
    return lambda header, claims: (header, {**claims, **{name: at(offset) for name, offset in offsets_s.items()}})


BAD: dict[str, Callable[[Json, Json], tuple[Json, Json]]] = {
    "alg none": with_header(alg="none"),
    "alg NoNe": with_header(alg="NoNe"),
    "alg HS256": with_header(alg="HS256"),
    "alg ES256": with_header(alg="ES256"),
    "alg in another case": with_header(alg="eddsa"),
    "alg as a list": with_header(alg=["EdDSA"]),
    "typ JWT": with_header(typ="JWT"),
    "typ of a refresh token": with_header(typ="refresh+jwt"),
    "typ of a portal token": with_header(typ="portal+jwt"),
    "unknown kid": with_header(kid="unknown"),
    "kid with a path": with_header(kid="../../dev/null"),
    "kid with SQL": with_header(kid="x' OR '1'='1"),
    "kid as a number": with_header(kid=1),
    "empty kid": with_header(kid=""),
    "jku": with_header(jku="https://evil.example/jwks.json"),
    "jwk": with_header(jwk={"kty": "OKP"}),
    "x5u": with_header(x5u="https://evil.example/x"),
    "crit": with_header(crit=["exp"]),
    "b64": with_header(b64=False),
    "no exp": without_claim("exp"),
    "no aud": without_claim("aud"),
    "no iss": without_claim("iss"),
    "no sub": without_claim("sub"),
    "no jti": without_claim("jti"),
    "no iat": without_claim("iat"),
    "no purpose": without_claim("purpose"),
    "no env": without_claim("env"),
    "no session": without_claim("sid"),
    "no role": without_claim("role"),
    "another issuer": with_claims(iss="somebody"),
    "another audience": with_claims(aud="portal"),
    "two audiences": with_claims(aud=["gerbang-api", "portal"]),
    "purpose refresh": with_claims(purpose="refresh"),
    "live": with_claims(env="live"),
    "expired": with_times(iat=-700, exp=-100),
    "just expired": with_times(iat=-601, exp=-1),
    "longer than ten minutes": with_times(iat=0, exp=601),
    "iat ahead": with_times(iat=120, exp=300),
    "nbf ahead": with_times(nbf=120),
    "exp as text": with_claims(exp=str(at(100))),
    "exp as a fraction": with_claims(exp=at(100) + 0.5),
    "exp true": with_claims(exp=True),
    "exp of 400 digits": with_claims(exp=10**400),
    "sub as a number": with_claims(sub=1),
    "sub of another form": with_claims(sub="admin"),
    "another user's session": with_claims(sub=ids.show("usr", ids.new())),
    "a session that never was": with_claims(sid=ids.show("ses", ids.new())),
    "another role": with_claims(role="admin"),
    "a role that is none": with_claims(role="owner"),
}


@pytest.mark.parametrize("case", BAD)
async def test_a_token_that_is_not_exactly_ours_is_refused_r27_r28(
    process: Process, key: SigningKey, good: tuple[Json, Json], case: str
) -> None:
    await refused(process, "Bearer " + signed(key, *BAD[case](*good)))


async def refused(process: Process, authorization: str) -> None:
    """The same error and the same form of log line for whatever is wrong."""
    with structlog.testing.capture_logs() as logs, pytest.raises(InvalidToken) as error:
        await process.identity.caller_of(authorization)
    assert (error.value.code, error.value.detail, error.value.hint) == ("invalid_token", InvalidToken.title, None)
    lines = [line for line in logs if line["event"] == "token.refused"]
    assert [sorted(line) for line in lines] == [["event", "log_level", "why"]]


async def test_signatures_of_others_and_raw_forms_are_refused_r27(
    process: Process, key: SigningKey, good: tuple[Json, Json]
) -> None:
    header, claims = good
    text = f"{part(header)}.{part(claims)}"
    public = key.public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    stranger = part(Ed25519PrivateKey.generate().sign(text.encode()))
    doubled_header = json.dumps(header)[:-1].encode() + b',"alg":"EdDSA"}'
    doubled_claim = json.dumps(claims)[:-1].encode() + b',"role":"admin"}'
    token = signed(key, header, claims)
    for bad in (
        f"{text}.{stranger}",
        f"{text}.",
        text,
        f"{text}.{part(bytes(64))}",
        jwt.encode(claims, public, "HS256", headers={**header, "alg": "HS256"}),
        signed(key, doubled_header, claims),
        signed(key, header, doubled_claim),
        signed(key, header, [claims]),  # type: ignore[arg-type]  # not an object, on purpose
        signed(key, header, b"[" * 1500),
        signed(key, header, b'{"exp":NaN}'),
        signed(key, header, {**claims, "x": "y" * 100_000}),
        token + "=",
        token.replace(".", ".\n", 1),
        " " + token,
        token + " ",
        token[:-1] + "é",
        "grb_test_" + "a" * 48,
        "grb_test_short",
        "",
        "a.b.c",
    ):
        await refused(process, "Bearer " + bad)
    for bad in ("Basic " + token, token, "Bearer", "BearerX" + token):
        await refused(process, bad)


async def test_one_flipped_character_anywhere_is_refused_r27(
    process: Process, key: SigningKey, good: tuple[Json, Json]
) -> None:
    token = signed(key, *good)
    for place in range(0, len(token), 17):
        other = "A" if token[place] != "A" else "B"
        await refused(process, f"Bearer {token[:place]}{other}{token[place + 1 :]}")


async def test_a_refresh_token_is_no_access_token_r28(process: Process, good: tuple[Json, Json]) -> None:
    await refused(process, f"Bearer {(await process.login()).refresh_token}")


async def test_no_header_is_told_apart_from_a_bad_one(process: Process) -> None:
    with pytest.raises(Unauthenticated) as error:
        await process.identity.caller_of(None)
    assert error.value.code == "unauthenticated"


async def test_a_test_token_and_key_are_refused_in_live_r28(process: Process, start: Callable[..., Process]) -> None:
    await process.add_user(role=Role.ADMIN)
    pair = await process.login()
    caller = await process.identity.caller_of(f"Bearer {pair.access_token}")
    _, api_key = await process.identity.api_keys.create(caller, "shop", Role.DEVELOPER)
    live = start("live")
    await live.changes.poll()
    await refused(live, f"Bearer {pair.access_token}")
    await refused(live, f"Bearer {api_key}")


async def test_a_clock_that_runs_a_minute_ahead_is_borne_but_not_more_r27(
    process: Process, key: SigningKey, good: tuple[Json, Json]
) -> None:
    header, claims = good
    now = int(time.time())
    ahead = {**claims, "iat": now + 55, "exp": now + 300}
    assert (await process.identity.caller_of("Bearer " + signed(key, header, ahead))).label
    await refused(process, "Bearer " + signed(key, header, {**claims, "iat": now + 70, "exp": now + 300}))


async def test_a_cached_token_costs_microseconds_and_ends_with_its_time(
    process: Process, start: Callable[..., Process]
) -> None:
    await process.add_user()
    header = f"Bearer {(await process.login()).access_token}"
    clock = [time.time()]
    other = start(now=lambda: clock[0])
    await other.changes.poll()
    caller = await other.identity.caller_of(header)
    begun = time.perf_counter()
    for _ in range(10_000):
        assert other.identity.known_caller(header) is caller
    assert (time.perf_counter() - begun) / 10_000 < 20e-6
    clock[0] += 601
    await refused(other, header)


async def test_a_new_key_signs_and_the_old_one_verifies_until_its_overlap_ends(
    process: Process, start: Callable[..., Process]
) -> None:
    await process.add_user()
    old = (await process.login()).access_token
    other = start()
    await other.changes.poll()
    assert (await other.identity.caller_of(f"Bearer {old}")).label
    await process.secrets.put(JWT_SECRET, bytes(range(32)), overlap_s=2, actor="system:test")
    kids = [jwk["kid"] for jwk in await process.identity.jwks()]
    assert len(kids) == 2
    assert jwt.get_unverified_header((await process.login()).access_token)["kid"] == kids[1], "not known to all yet"
    third = start()
    await third.changes.poll()
    fresh = (await third.login()).access_token
    assert jwt.get_unverified_header(fresh)["kid"] == kids[0]
    assert (await other.identity.caller_of(f"Bearer {fresh}")).label, (
        "an unknown kid is looked for before it is refused"
    )
    assert (await process.identity.caller_of(f"Bearer {old}")).label
    time.sleep(2.1)
    for each in (process, other, third):
        await each.changes.poll()
        await refused(each, f"Bearer {old}")
        assert (await each.identity.caller_of(f"Bearer {fresh}")).label
    assert [jwk["kid"] for jwk in await process.identity.jwks()] == kids[:1]


async def test_the_published_keys_verify_our_tokens_and_hold_no_private_part(process: Process) -> None:
    await process.add_user()
    token = (await process.login(client=HOME)).access_token
    (published,) = await process.identity.jwks()
    assert published.keys() == {"kty", "crv", "x", "kid", "alg", "use"}
    public = jwt.PyJWK.from_dict(published)
    assert jwt.decode(token, public.key, ["EdDSA"], audience="gerbang-api")["purpose"] == "access"


class Counting:
    """A store that counts its readings of each name."""

    def __init__(self, store: SecretStore) -> None:
        self._store = store
        self.reads: Counter[str] = Counter()

    async def read(self, name: str) -> Sequence[SecretValue]:
        self.reads[name] += 1
        return await self._store.read(name)

    async def write(self, name: str, value: bytes, *, overlap_s: int, first_only: bool = False) -> int:
        return await self._store.write(name, value, overlap_s=overlap_s, first_only=first_only)

    async def remove(self, name: str) -> None:
        await self._store.remove(name)

    async def versions(self) -> Sequence[SecretVersion]:
        return await self._store.versions()


async def test_unknown_kids_by_the_hundred_make_one_look_at_the_store(
    db: Database, process: Process, key: SigningKey, the_root_key: RootKey
) -> None:
    store = Counting(SealedStore(db, the_root_key))
    keys = SigningKeys(Secrets(db, store))
    await keys.all_valid()
    assert [await keys.find(f"k{number}") for number in range(100)] == [None] * 100
    assert await keys.find(key.kid) is not None
    assert store.reads[JWT_SECRET] <= 3
