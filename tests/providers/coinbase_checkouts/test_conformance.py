"""Coinbase Checkouts against what every payment provider must do, on the scripted server."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from gerbang.base.http import Http
from gerbang.ports.payment import Account, Method
from gerbang.providers.coinbase_checkouts.adapter import CheckoutPayments
from tests.providers.coinbase_checkouts import script as wire
from tests.providers.coinbase_checkouts.orders import ADDRESS, CRYPTO, HASH, OTHER_SECRET, account
from tests.providers.coinbase_checkouts.script import HANG_UP, Heard, Say, Script
from tests.providers.conformance import PaymentConformance, Stage, ways_to_pay


@dataclass(slots=True)
class ScriptedStage:
    """The conformance stage over the scripted server: the little that Coinbase must remember between two calls."""

    script: Script
    provider: CheckoutPayments
    trusting: bool
    checkouts: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    losing: str = ""

    def __post_init__(self) -> None:
        self.script.by = self._answer

    @property
    def account(self) -> Account:
        return account(self.script.base_url, onchain="trust_processor" if self.trusting else "verify")

    def unreachable(self) -> Account:
        return account(wire.nobody())

    def with_wrong_credentials(self) -> Account:
        return replace(account(self.script.base_url, api_key_id="somebody"), secrets={"api_key_secret": [OTHER_SECRET]})

    async def pay(self, reference: str) -> None:
        one = next(one for one in self.checkouts.values() if one["metadata"]["attempt"] == reference)
        one |= {"status": "COMPLETED", "transactionHash": HASH}

    async def lose_next_answer(self) -> None:
        self.losing = "/"

    async def registered(self, reference: str) -> int:
        return sum(one["metadata"]["attempt"] == reference for one in self.checkouts.values())

    def _answer(self, heard: Heard) -> Say:
        said = self._said(heard)
        if self.losing and self.losing in heard.path:
            self.losing = ""
            return HANG_UP
        return said

    def _said(self, heard: Heard) -> Say:
        """Who signed is not looked at beyond the token's head, whose kid stands in the open."""
        if "eyJhbGciOiJFZERTQSIsImtpZCI6IjExMTEx" not in heard.headers["authorization"]:
            return wire.refusal(401, "unauthorized")
        _, _, _, _, id_, verb = [*heard.path.split("/"), "", ""][:6]
        if not id_:
            return self._create(heard)
        one = self.checkouts[id_]
        if verb == "deactivate":
            if one["status"] != "ACTIVE":
                return wire.refusal(400, "invalid_request")
            one["status"] = "DEACTIVATED"
        elif verb == "refund":
            refund = {"id": "r", "status": "COMPLETED", **heard.body}
            one |= {"status": "REFUNDED", "refunds": [*one.get("refunds", []), refund]}
        return wire.say(one)

    def _create(self, heard: Heard) -> Say:
        key = heard.headers["x-idempotency-key"]
        if key not in self.keys:
            id_ = f"{len(self.checkouts):024x}"
            self.keys[key] = id_
            self.checkouts[id_] = {
                "id": id_,
                "status": "ACTIVE",
                "address": ADDRESS,
                "url": "https://x/pl_1",
                **heard.body,
            }
        return wire.say(self.checkouts[self.keys[key]], 201)


class TestConformance(PaymentConformance):
    ways = ways_to_pay(CheckoutPayments(Http()).terms(account("")), usdc=(Method.CRYPTO, CRYPTO))

    @pytest.fixture(params=[False, True], ids=["verify", "trust_processor"])
    def stage(self, script: Script, provider: CheckoutPayments, request: pytest.FixtureRequest) -> ScriptedStage:
        return ScriptedStage(script, provider, request.param)

    async def lose_answer_to_refund(self, stage: Stage) -> None:
        assert isinstance(stage, ScriptedStage)
        stage.losing = "/refund"
