"""The simulator of Coinbase Business without a network, for its own tests."""

import base64
import datetime as dt
import json
from dataclasses import dataclass, field
from typing import Any, Final

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gerbang.ports.simulator import Act, Outcome, Request, Webhook
from gerbang.providers.coinbase_checkouts.simulator import CoinbaseBusinessSimulator, Merchant
from tests.providers.coinbase_checkouts.orders import KEY_ID, PUBLIC_KEY, SECRET, WEBHOOK_SECRET

START: Final = dt.datetime(2026, 11, 25, 12, 0, tzinfo=dt.UTC)
ROOT: Final = "http://sandbox.test/coinbase-business"
KEY: Final = Ed25519PrivateKey.from_private_bytes(base64.b64decode(SECRET)[:32])
TRUE_HASH: Final = "0x" + "ab" * 32


@dataclass
class InMemory:
    """The simulator without a network, its clock in our hand, and a client of it that owes nothing to the adapter."""

    simulator: CoinbaseBusinessSimulator = field(
        default_factory=lambda: CoinbaseBusinessSimulator(
            [
                Merchant(KEY_ID, PUBLIC_KEY, "Toko", "http://127.0.0.1:9/hooks", WEBHOOK_SECRET),
                Merchant("other", PUBLIC_KEY),
            ]
        )
    )
    now: dt.datetime = START
    effects: list[bytes] = field(default_factory=list)
    told: list[Webhook] = field(default_factory=list)

    def token(self, method: str, path: str, **changes: Any) -> str:
        start = int(self.now.timestamp())
        place = f"{ROOT.removeprefix('http://')}{path.partition('?')[0]}"
        claims = {
            "sub": KEY_ID,
            "iss": "cdp",
            "aud": None,
            "nbf": start,
            "exp": start + 120,
            "uris": [f"{method} {place}"],
        } | changes
        key, head = claims.pop("key", KEY), {"kid": claims.pop("kid", KEY_ID), "nonce": claims.pop("nonce", "1234")}
        return jwt.encode(claims, key, claims.pop("alg", "EdDSA"), headers=head)

    def call(
        self, method: str, path: str, body: object = None, *, token: str | None = None, **headers: str
    ) -> tuple[int, Any]:
        bearer = self.token(method, path) if token is None else token
        raw = b"" if body is None else json.dumps(body).encode()
        where, _, query = path.partition("?")
        given = {"authorization": f"Bearer {bearer}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        self.pass_time()
        outcome = self.kept(
            self.simulator.answer(
                Request(method=method, path=where, query=query.encode(), headers=given, body=raw, base_url=ROOT),
                self.now,
            )
        )
        return outcome.answer.status, json.loads(outcome.answer.body or b"null")

    def create(self, amount: str = "48.50", **changes: Any) -> dict[str, Any]:
        body = {"amount": amount, "currency": "USDC", "metadata": {"attempt": "att_1", "payment": "pay_1"}} | changes
        status, made = self.call("POST", "/api/v1/checkouts", {k: v for k, v in body.items() if v is not None})
        assert status == 201, made
        return dict(made)

    def get(self, id_: str) -> dict[str, Any]:
        return dict(self.call("GET", f"/api/v1/checkouts/{id_}")[1])

    def act(self, action: str, **act: Any) -> Outcome:
        self.pass_time()
        return self.kept(self.simulator.act(action, Act(**{"reference": "att_1"} | act), self.now))

    def pass_time(self) -> None:
        for passed in self.simulator.pass_time(self.now):
            self.effects.append(msgspec.json.encode(passed.effect))
            self.told += passed.webhooks

    def later(self, **span: float) -> None:
        self.now += dt.timedelta(**span)
        self.pass_time()

    def kept(self, outcome: Outcome) -> Outcome:
        self.effects += [msgspec.json.encode(effect) for effect in outcome.effects]
        self.told += outcome.webhooks
        return outcome

    def events(self) -> list[str]:
        return [json.loads(one.body)["eventType"] for one in self.told]

    def quirk(self, **values: Any) -> None:
        self.effects.append(msgspec.json.encode(self.simulator.set_quirks(values)))
