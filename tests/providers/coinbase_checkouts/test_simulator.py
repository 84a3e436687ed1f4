"""The simulator by itself: its tokens against PyJWT, its signatures against Hook0's own client, its states, retries, lies and memory."""

import base64
import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

import hook0
import jwt
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gerbang.ports.simulator import Act, Impossible, Outcome, Request, Webhook
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
        outcome = self.kept(self.simulator.answer(Request(method, where, query.encode(), given, raw, ROOT), self.now))
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


@pytest.fixture
def coinbase() -> InMemory:
    return InMemory()


class TestTokens:
    def test_both_forms_of_the_binding_are_taken(self, coinbase: InMemory) -> None:
        place = f"GET {ROOT.removeprefix('http://')}/api/v1/checkouts"
        for changes in ({}, {"uris": None, "uri": place}, {"aud": ["cdp_service"]}):
            token = coinbase.token("GET", "/api/v1/checkouts", **changes)
            assert coinbase.call("GET", "/api/v1/checkouts?pageSize=5", token=token)[0] == 200

    @pytest.mark.parametrize(
        "changes",
        [
            {"iss": "me"}, {"sub": "other"}, {"uris": ["POST sandbox.test/coinbase-business/api/v1/checkouts"]}, {"uris": None},
            {"uris": ["GET evil.test/coinbase-business/api/v1/checkouts"]}, {"uris": ["GET sandbox.test/coinbase-business/api/v1"]},
            {"nbf": int(START.timestamp()) + 60, "exp": int(START.timestamp()) + 180}, {"exp": int(START.timestamp()) + 3_600},
            {"nbf": int(START.timestamp()) - 200, "exp": int(START.timestamp()) - 80}, {"kid": "nobody"}, {"nonce": ""},
            {"key": Ed25519PrivateKey.generate()}, {"alg": "HS256", "key": "x" * 32},
        ],
        ids=",".join,
    )  # fmt: skip
    def test_any_other_token_is_refused(self, coinbase: InMemory, changes: dict[str, Any]) -> None:
        token = coinbase.token("GET", "/api/v1/checkouts", **changes)
        assert coinbase.call("GET", "/api/v1/checkouts", token=token)[0] == 401

    @pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "e30.e30.e30", "ä.ö.ü"])
    def test_what_is_no_token_is_refused(self, coinbase: InMemory, token: str) -> None:
        status, error = coinbase.call("GET", "/api/v1/checkouts", token=token)
        assert (status, error["errorType"]) == (401, "unauthorized")

    def test_a_key_of_p256_signs_with_es256(self) -> None:
        key = generate_private_key(SECP256R1())
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        coinbase = InMemory(CoinbaseBusinessSimulator([Merchant(KEY_ID, public)]))
        good = coinbase.token("GET", "/api/v1/checkouts", key=key, alg="ES256")
        assert coinbase.call("GET", "/api/v1/checkouts", token=good)[0] == 200
        assert coinbase.call("GET", "/api/v1/checkouts", token=coinbase.token("GET", "/api/v1/checkouts"))[0] == 401


class TestSignatures:
    @pytest.mark.parametrize("signature", ["both", "v0", "v1"])
    @pytest.mark.parametrize("headers", ["engine", "document"])
    def test_hook0s_own_client_takes_them(self, coinbase: InMemory, signature: str, headers: str) -> None:
        coinbase.quirk(signature=signature, signed_headers=headers)
        coinbase.create()
        coinbase.act("pay", transaction=TRUE_HASH)
        sent = coinbase.simulator.stamped(coinbase.told[0], dt.datetime.now(dt.UTC), 1)
        names = dict(sent.headers)
        hook0.verify_webhook_signature(names["x-hook0-signature"], sent.body, names, WEBHOOK_SECRET, 300.0)

    @pytest.mark.parametrize("tamper", ["token", "amount", "status"])
    def test_hook0s_own_client_refuses_forgeries(self, coinbase: InMemory, tamper: str) -> None:
        coinbase.create()
        forged = coinbase.simulator.webhook(Act(reference="att_1"), tamper, coinbase.now)
        sent = coinbase.simulator.stamped(forged, dt.datetime.now(dt.UTC), 1)
        names = dict(sent.headers)
        with pytest.raises(hook0.Hook0ClientError):
            hook0.verify_webhook_signature(names["x-hook0-signature"], sent.body, names, WEBHOOK_SECRET, 300.0)

    def test_each_try_is_signed_anew_and_is_the_same_event(self, coinbase: InMemory) -> None:
        coinbase.create()
        coinbase.act("pay", transaction=TRUE_HASH)
        first, second = (
            dict(coinbase.simulator.stamped(coinbase.told[0], START + dt.timedelta(hours=n), n + 1).headers)
            for n in (0, 1)
        )
        assert first["x-hook0-signature"] != second["x-hook0-signature"]
        assert first["x-event-id"] == second["x-event-id"]


def test_a_payment_goes_its_way_and_is_told_once(coinbase: InMemory) -> None:
    made = coinbase.create()
    assert (made["status"], made["amount"], made["network"]) == ("ACTIVE", "48.50", "base")
    coinbase.quirk(processing="shown")
    coinbase.act("pay", transaction=TRUE_HASH)
    assert (coinbase.get(made["id"])["status"], coinbase.told) == ("PROCESSING", [])
    coinbase.later(seconds=20)
    paid = coinbase.get(made["id"])
    assert (paid["status"], paid["transactionHash"]) == ("COMPLETED", TRUE_HASH)
    assert paid["settlement"] == {"totalAmount": "48.50", "feeAmount": "0.61", "netAmount": "47.89", "currency": "USDC"}
    assert coinbase.events() == ["checkout.payment.success"]
    body = json.loads(coinbase.told[0].body)
    assert body == {**paid, "eventType": "checkout.payment.success"}
    assert coinbase.told[0].retry_after_s[:4] == (3.0, 10.0, 180.0, 1_800.0)


def test_time_and_failure_are_told_and_deactivation_is_not(coinbase: InMemory) -> None:
    first, second, third = coinbase.create(), coinbase.create(), coinbase.create()
    coinbase.act("decline", reference=first["id"])
    coinbase.act("cancel", reference=second["id"])
    coinbase.later(hours=25)
    assert [coinbase.get(one["id"])["status"] for one in (first, second, third)] == ["FAILED", "DEACTIVATED", "EXPIRED"]
    assert coinbase.events() == ["checkout.payment.failed", "checkout.payment.expired"]


def test_refunds_add_up_and_never_exceed_what_was_paid(coinbase: InMemory) -> None:
    made = coinbase.create("10.00")
    where = f"/api/v1/checkouts/{made['id']}/refund"
    assert coinbase.call("POST", where, {"amount": "1.00"})[0] == 400  # nobody has paid
    coinbase.act("pay", transaction=TRUE_HASH)
    status, answer = coinbase.call("POST", where, {"amount": "4.00", "reason": "a"})
    assert (status, answer["checkout"]["status"], answer["refund"]["status"]) == (
        200,
        "PARTIALLY_REFUNDED",
        "COMPLETED",
    )
    assert coinbase.call("POST", where, {"amount": "6.01"})[0] == 400
    assert coinbase.call("POST", where, {"amount": "6.00"})[1]["checkout"]["refundedAmount"] == "10.00"
    assert coinbase.get(made["id"])["status"] == "REFUNDED"
    assert coinbase.events() == ["checkout.payment.success", "checkout.refund.success", "checkout.refund.success"]


def test_a_refund_may_take_its_time_or_fail(coinbase: InMemory) -> None:
    made = coinbase.create("10.00")
    coinbase.act("pay", transaction=TRUE_HASH)
    coinbase.quirk(refund_settling="later")
    where = f"/api/v1/checkouts/{made['id']}/refund"
    assert coinbase.call("POST", where, {"amount": "10.00"})[1]["refund"]["status"] == "PENDING"
    assert coinbase.call("POST", where, {"amount": "0.01"})[0] == 400  # it is all on its way
    coinbase.later(seconds=20)
    assert coinbase.get(made["id"])["status"] == "REFUNDED"
    coinbase.quirk(refund_outcome="failed")
    second = coinbase.create("5.00")
    coinbase.act("pay", reference=second["id"], transaction=TRUE_HASH)
    coinbase.call("POST", f"/api/v1/checkouts/{second['id']}/refund", {"amount": "5.00"})
    assert coinbase.get(second["id"])["status"] == "COMPLETED"
    assert coinbase.events()[-1] == "checkout.refund.failed"


def test_a_lie_is_signed_and_changes_nothing(coinbase: InMemory) -> None:
    made = coinbase.create()
    coinbase.act("lie")
    (lie,) = coinbase.told
    body = json.loads(lie.body)
    assert (body["status"], body["eventType"]) == ("COMPLETED", "checkout.payment.success")
    assert body["transactionHash"] not in {"", TRUE_HASH}
    assert coinbase.get(made["id"])["status"] == "ACTIVE"
    coinbase.act("pay", transaction=TRUE_HASH)
    assert coinbase.get(made["id"])["transactionHash"] == TRUE_HASH


@pytest.mark.parametrize(
    ("came", "switches", "status", "events"),
    [
        (40_000_000, {}, "ACTIVE", []),
        (40_000_000, {"too_little": "completed"}, "COMPLETED", ["checkout.payment.success"]),
        (40_000_000, {"too_little": "failed"}, "FAILED", ["checkout.payment.failed"]),
        (60_000_000, {}, "COMPLETED", ["checkout.payment.success"]),
        (60_000_000, {"too_much": "unanswered"}, "ACTIVE", []),
    ],
)
def test_what_becomes_of_another_amount_is_a_switch_because_no_document_says_it(
    coinbase: InMemory, came: int, switches: Mapping[str, Any], status: str, events: list[str]
) -> None:
    made = coinbase.create("48.50")
    coinbase.quirk(**switches)
    coinbase.act("pay", amount=came, transaction=TRUE_HASH)
    shown = coinbase.get(made["id"])
    assert (shown["status"], shown["amount"]) == (status, "48.50")
    assert coinbase.events() == events


@pytest.mark.parametrize("end", ["expire", "cancel"])
def test_money_after_the_end_completes_a_checkout_only_where_the_act_says_that_it_is_late(
    coinbase: InMemory, end: str
) -> None:
    made = coinbase.create("48.50")
    coinbase.act(end)
    with pytest.raises(Impossible):
        coinbase.act("pay", transaction=TRUE_HASH)
    coinbase.act("pay", transaction=TRUE_HASH, late=True)
    assert (coinbase.get(made["id"])["status"], coinbase.events()[-1]) == ("COMPLETED", "checkout.payment.success")


def test_the_order_names_the_wallet_call_that_pays_it(coinbase: InMemory) -> None:
    """Call data as in the notes: transfer(address,uint256)."""
    made = coinbase.create("99.00")
    (order,) = coinbase.simulator.orders(10)
    (call,) = order.wallet
    assert (call.to, call.value, order.reference, order.payment) == (
        "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
        "0",
        "att_1",
        "pay_1",
    )
    assert call.data == f"0xa9059cbb{made['address'][2:]:0>64}{'5e69ec0':0>64}"
    coinbase.act("pay", transaction=TRUE_HASH)
    assert coinbase.simulator.orders(10)[0].wallet == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "0.00"}, {"amount": "1.001"}, {"amount": 5}, {"amount": "100000000.01"}, {"currency": "IDR"}, {"currency": None},
        {"description": "x" * 501}, {"metadata": {"a": "x" * 101}}, {"metadata": {"a": 1}}, {"metadata": {str(n): "" for n in range(21)}},
        {"successRedirectUrl": "http://shop.test"}, {"expiresAt": "yesterday"}, {"expiresAt": "2020-01-01T00:00:00Z"}, {"colour": "blue"},
    ],
    ids=",".join,
)  # fmt: skip
def test_a_wrong_order_is_refused_in_either_shape(coinbase: InMemory, wrong: Mapping[str, Any]) -> None:
    body = {"amount": "1.00", "currency": "USDC"} | dict(wrong)
    status, error = coinbase.call("POST", "/api/v1/checkouts", {k: v for k, v in body.items() if v is not None})
    assert (status, error["errorType"]) == (400, "invalid_request")
    coinbase.quirk(errors="business")
    _, error = coinbase.call("POST", "/api/v1/checkouts", {k: v for k, v in body.items() if v is not None})
    assert error["errors"][0]["id"] == "invalid_request"


def test_an_idempotency_key_stands_for_one_request(coinbase: InMemory) -> None:
    key, body = str(uuid4()), {"amount": "1.00", "currency": "USDC"}
    first = coinbase.call("POST", "/api/v1/checkouts", body, x_idempotency_key=key)
    coinbase.later(minutes=5)
    assert coinbase.call("POST", "/api/v1/checkouts", body, x_idempotency_key=key) == first
    assert coinbase.call("POST", "/api/v1/checkouts", {**body, "amount": "2.00"}, x_idempotency_key=key)[0] == 422
    coinbase.quirk(idempotency="ignored")
    assert coinbase.call("POST", "/api/v1/checkouts", body, x_idempotency_key=key)[1]["id"] != first[1]["id"]


def test_its_own_sandbox_tells_only_those_who_label_themselves(coinbase: InMemory) -> None:
    wish = {
        "description": "d", "eventTypes": ["checkout.payment.success"], "isEnabled": True, "target": {"url": "http://127.0.0.1:9/s"},
        "labels": {"sandbox": "true"},
    }  # fmt: skip
    status, made = coinbase.call("POST", "/platform/v2/data/webhooks/subscriptions", wish)
    assert (status, made["labels"], len(made["secret"])) == (201, {"sandbox": "true"}, 36)
    body = {"amount": "1.00", "currency": "USDC", "metadata": {"attempt": "att_s"}}
    assert coinbase.call("POST", "/sandbox/api/v1/checkouts", body)[0] == 201
    coinbase.act("pay", reference="att_s", transaction=TRUE_HASH)
    assert [one.url for one in coinbase.told] == ["http://127.0.0.1:9/s"]
    coinbase.create()
    coinbase.act("pay", transaction=TRUE_HASH)
    assert [one.url for one in coinbase.told] == ["http://127.0.0.1:9/s", "http://127.0.0.1:9/hooks"]


def test_another_project_sees_nothing(coinbase: InMemory) -> None:
    made = coinbase.create()
    place = f"/api/v1/checkouts/{made['id']}"
    stranger = coinbase.token("GET", place, sub="other", kid="other")
    assert coinbase.call("GET", place, token=stranger)[0] == 404


def test_what_cannot_happen_is_impossible(coinbase: InMemory) -> None:
    coinbase.create()
    for action, act in (
        ("dispute", {}),
        ("dance", {}),
        ("refund", {}),
        ("pay", {"amount": 0}),
        ("pay", {"amount": 5, "reason": "lost"}),
        ("pay", {"transaction": "0x12"}),
    ):
        with pytest.raises(Impossible):
            coinbase.act(action, **act)
    coinbase.act("expire")
    for action in ("pay", "expire", "cancel", "decline"):
        with pytest.raises(Impossible):
            coinbase.act(action)


def test_the_journal_rebuilds_everything(coinbase: InMemory) -> None:
    key, body = str(uuid4()), {"amount": "1.00", "currency": "USDC"}
    coinbase.quirk(refund_settling="later", processing="shown")
    kept = coinbase.call("POST", "/api/v1/checkouts", body, x_idempotency_key=key)
    made = coinbase.create("10.00")
    coinbase.act("pay", transaction=TRUE_HASH)
    coinbase.later(seconds=20)
    coinbase.call("POST", f"/api/v1/checkouts/{made['id']}/refund", {"amount": "4.00"})
    rebuilt = InMemory(now=coinbase.now)
    for effect in coinbase.effects:
        rebuilt.simulator.replay(effect)
    assert rebuilt.simulator.orders(10) == coinbase.simulator.orders(10)
    assert rebuilt.get(made["id"]) == coinbase.get(made["id"])
    assert rebuilt.call("POST", "/api/v1/checkouts", body, x_idempotency_key=key) == kept
    for world in (rebuilt, coinbase):
        world.later(days=2)
    assert rebuilt.get(made["id"])["status"] == coinbase.get(made["id"])["status"] == "PARTIALLY_REFUNDED"
    assert rebuilt.create()["id"] == coinbase.create()["id"]


def test_the_payers_page_tells_what_to_send(coinbase: InMemory) -> None:
    made = coinbase.create(description="Kopi <b>Gayo</b>")
    request = Request("GET", made["url"].removeprefix(ROOT), b"", {}, b"", ROOT)
    page = coinbase.simulator.answer(request, coinbase.now).answer
    assert page.status == 200
    assert made["address"].encode() in page.body
    assert b"<b>Gayo" not in page.body
    missing = Request("GET", "/payment-links/pl_00", b"", {}, b"", ROOT)
    assert coinbase.simulator.answer(missing, coinbase.now).answer.status == 404
