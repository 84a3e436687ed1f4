"""The own wallet against what every payment provider must do, on a real node."""

from dataclasses import dataclass

import pytest

from gerbang.base.http import Http
from gerbang.ports.payment import Account, Method
from gerbang.providers.evm.account import deposit_address
from gerbang.providers.evm.adapter import EvmPayments
from gerbang.sandbox.chain.local import LocalChain, transfer
from tests.anvil import needs_anvil
from tests.providers.conformance import NUMBER, PaymentConformance, ways_to_pay
from tests.providers.evm.proxy import Proxy
from tests.providers.evm.world import account


@dataclass(slots=True)
class ChainStage:
    """The other side is the chain: whoever pays sends to the address, and no order is kept anywhere."""

    provider: EvmPayments
    local: LocalChain
    refusing: Proxy

    @property
    def account(self) -> Account:
        return account(self.local.url)

    def unreachable(self) -> Account:
        return account("http://127.0.0.1:9")

    def with_wrong_credentials(self) -> Account:
        self.refusing.status, self.refusing.twist = 401, lambda _: b"no such key"
        return account(self.refusing.url)

    async def pay(self, reference: str) -> None:
        await self.local.send([transfer("USDC", deposit_address(self.account, NUMBER)[0], 1_500_000_000)])

    async def lose_next_answer(self) -> None:
        raise AssertionError("nothing is registered, so no answer can be lost")

    async def registered(self, reference: str) -> int:
        return 0


@needs_anvil
class TestConformance(PaymentConformance):
    ways = ways_to_pay(
        EvmPayments(Http()).terms(account("http://127.0.0.1:9")),
        USDC=(Method.CRYPTO, {"asset": "USDC", "network": "base"}),
        ETH=(Method.CRYPTO, {"asset": "ETH", "network": "base"}),
    )

    @pytest.fixture
    def stage(self, local: LocalChain, proxied: Proxy, payments: EvmPayments) -> ChainStage:
        return ChainStage(payments, local, proxied)
