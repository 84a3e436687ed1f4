"""Commerce against what every payment provider must do, on the scripted server."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from gerbang.base.http import Http
from gerbang.ports.payment import Account, Method
from gerbang.providers.coinbase_commerce.adapter import CommercePayments
from tests.providers.coinbase_commerce.charges import account, intent, success, timeline, web3_charge
from tests.providers.coinbase_commerce.script import HANG_UP, Heard, Say, Script, data, nobody, problem, say
from tests.providers.conformance import PaymentConformance, ways_to_pay


@dataclass(slots=True)
class ScriptedStage:
    """The conformance stage over the scripted server: the little that Commerce must remember between two calls."""

    script: Script
    provider: CommercePayments
    charges: list[dict[str, Any]] = field(default_factory=list)
    losing: bool = False

    def __post_init__(self) -> None:
        self.script.act = self._answer

    @property
    def account(self) -> Account:
        return account(self.script.base_url, onchain="trust_processor")

    def unreachable(self) -> Account:
        return account(nobody())

    def with_wrong_credentials(self) -> Account:
        known = self.account
        return Account(known.connection, known.livemode, known.settings, {"api_key": [b"nobody's"]})

    async def pay(self, reference: str) -> None:
        (charge,) = [one for one in self.charges if one["metadata"]["attempt"] == reference]
        signed = intent(recipient_amount=1_485_000_000, fee_amount=15_000_000)
        money = {"transfer_intent": signed, "success_events": success()}
        charge |= {"timeline": timeline("NEW", "SIGNED", "PENDING", "COMPLETED"), "web3_data": money}

    async def lose_next_answer(self) -> None:
        self.losing = True

    async def registered(self, reference: str) -> int:
        return sum(one["metadata"]["attempt"] == reference for one in self.charges)

    def _answer(self, heard: Heard) -> Say:
        said = self._said(heard)
        lost, self.losing = self.losing, False
        return HANG_UP if lost else said

    def _said(self, heard: Heard) -> Say:
        if heard.headers["x-cc-api-key"] == "nobody's":
            return problem("authentication_error", 401)
        if heard.method == "POST":
            number = len(self.charges)
            made = web3_charge(
                heard.body["metadata"]["attempt"], id=f"charge-{number}", metadata=heard.body["metadata"]
            )
            self.charges.append(made | {"pricing": {"local": heard.body["local_price"]}})
            return data(self.charges[-1], 201)
        if heard.path == "/charges":
            return say({"data": self.charges[::-1][:25], "pagination": {"cursor_range": []}})
        return data(self.charges[int(heard.path.rpartition("-")[2])])


class TestScripted(PaymentConformance):
    ways = ways_to_pay(
        CommercePayments(Http()).terms(account("")), onchain=(Method.CRYPTO, {"asset": "USDC", "network": "base"})
    )

    @pytest.fixture
    def stage(self, script: Script, provider: CommercePayments) -> ScriptedStage:
        return ScriptedStage(script, provider)
