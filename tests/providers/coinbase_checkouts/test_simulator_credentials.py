"""What the simulator takes for a credential and how it signs: its tokens against PyJWT, its signatures against Hook0's own client."""

import datetime as dt
from typing import Any

import hook0
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gerbang.ports.simulator import Act
from gerbang.providers.coinbase_checkouts.simulator import CoinbaseBusinessSimulator, Merchant
from tests.providers.coinbase_checkouts.in_memory import ROOT, START, TRUE_HASH, InMemory
from tests.providers.coinbase_checkouts.orders import KEY_ID, WEBHOOK_SECRET


class TestTokens:
    def test_both_forms_of_the_binding_are_taken(self, coinbase: InMemory) -> None:
        place = f"GET {ROOT.removeprefix('http://')}/api/v1/checkouts"
        for changes in ({}, {"uris": None, "uri": place}, {"aud": ["cdp_service"]}):
            token = coinbase.token("GET", "/api/v1/checkouts", **changes)
            assert coinbase.call("GET", "/api/v1/checkouts?pageSize=5", token=token)[0] == 200

    @pytest.mark.parametrize(
        "changes",
        [
            {"iss": "me"},
            {"sub": "other"},
            {"uris": ["POST sandbox.test/coinbase-business/api/v1/checkouts"]},
            {"uris": None},
            {"uris": ["GET evil.test/coinbase-business/api/v1/checkouts"]},
            {"uris": ["GET sandbox.test/coinbase-business/api/v1"]},
            {"nbf": int(START.timestamp()) + 60, "exp": int(START.timestamp()) + 180},
            {"exp": int(START.timestamp()) + 3_600},
            {"nbf": int(START.timestamp()) - 200, "exp": int(START.timestamp()) - 80},
            {"kid": "nobody"},
            {"nonce": ""},
            {"key": Ed25519PrivateKey.generate()},
            {"alg": "HS256", "key": "x" * 32},
        ],
        ids=",".join,
    )
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
