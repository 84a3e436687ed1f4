"""The sandbox's `Transfers` contract: what it is compiled from, a signed intent that a real wallet pays, and every refusal in its order."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import vyper

from gerbang.ports.simulator import Impossible, WalletCall
from gerbang.providers.coinbase_commerce import onchain
from gerbang.providers.coinbase_commerce.simulator import contract as simulated
from gerbang.providers.coinbase_commerce.simulator.intents import CONTRACT, OPERATOR
from gerbang.sandbox.chain.local import USDC, LocalChain, word
from tests.anvil import local_chain, needs_anvil
from tests.providers.coinbase_commerce.intents import SignedIntent

SHOP = "0x" + "5a" * 20
APPROVE = "0x095ea7b3"
STRANGER = b"\x43" * 32


def test_the_shipped_bytecode_is_what_the_source_compiles_to() -> None:
    folder = Path(simulated.__file__).parent
    shipped = msgspec.json.decode((folder / "transfers.json").read_bytes())
    settings = vyper.compiler.settings.Settings(evm_version="cancun")
    fresh = vyper.compile_code(
        (folder / "transfers.vy").read_text(), output_formats=["bytecode_runtime"], settings=settings
    )
    assert shipped["runtime"] == fresh["bytecode_runtime"]
    assert vyper.__version__.partition("+")[0] in shipped["compiler"]


@pytest.fixture
async def chain() -> AsyncIterator[LocalChain]:
    async with local_chain(contracts=simulated.contracts()) as one:
        yield one


def an_intent(chain: LocalChain, **changes: Any) -> SignedIntent:
    values = {"recipient": SHOP, "currency": USDC, "payer": chain.wallet, "contract": CONTRACT, "operator": OPERATOR}
    return SignedIntent(**(values | changes))


def approve(amount: int) -> WalletCall:
    return WalletCall(USDC, APPROVE + word(CONTRACT) + word(amount))


async def held(chain: LocalChain, address: str) -> int:
    asked = {"to": USDC, "data": "0x70a08231" + word(address)}
    return int(await chain.ask("eth_call", asked, "latest"), 16)


async def refusal(chain: LocalChain, intent: SignedIntent) -> str:
    """The first four bytes of what the contract reverts with; empty when it takes the intent."""
    asked = {"from": chain.wallet, "to": CONTRACT, "data": intent.call_data}
    try:
        await chain.ask("eth_call", asked, "latest")
    except Impossible as no:
        return no.detail
    return ""


@needs_anvil
async def test_a_wallet_pays_a_signed_intent_once_and_the_contract_says_so(chain: LocalChain) -> None:
    intent = an_intent(chain)
    hash_ = await chain.send([approve(intent.total), WalletCall(CONTRACT, intent.call_data)])
    assert (await held(chain, SHOP), await held(chain, OPERATOR)) == (intent.recipient_amount, intent.fee_amount)
    receipt = await chain.ask("eth_getTransactionReceipt", hash_)
    logs = [log for log in receipt["logs"] if log["address"].lower() == CONTRACT.lower()]
    (log,) = logs
    said = onchain.transferred([bytes.fromhex(t[2:]) for t in log["topics"]], bytes.fromhex(log["data"][2:]))
    assert said is not None
    assert (said.id, said.recipient.hex(), said.spent) == (intent.id, SHOP[2:], intent.total)
    assert (said.operator.hex(), said.currency.hex()) == (OPERATOR[2:].lower(), USDC[2:].lower())
    assert said.sender.hex() == chain.wallet[2:].lower()
    with pytest.raises(Impossible):
        await chain.send([approve(intent.total), WalletCall(CONTRACT, intent.call_data)])
    assert await held(chain, SHOP) == intent.recipient_amount


@needs_anvil
@pytest.mark.parametrize("prefix", [b"", b"K2 Informational Message: 32 "], ids=["personal", "k2"])
async def test_both_ways_of_signing_are_taken(chain: LocalChain, prefix: bytes) -> None:
    intent = an_intent(chain, prefix=prefix)
    await chain.send([approve(intent.total), WalletCall(CONTRACT, intent.call_data)])
    assert await held(chain, SHOP) == intent.recipient_amount


@needs_anvil
async def test_every_refusal_comes_in_the_contracts_order(chain: LocalChain) -> None:
    """Each intent is wrong in one thing and in all that are looked at later."""
    nobody, later = "0x" + "00" * 20, {"deadline": 1}
    other = {"key": STRANGER, "operator": SignedIntent.operator_of(STRANGER)}
    cases = [
        ("InvalidSignature()", an_intent(chain, key=STRANGER, recipient=nobody, **later)),
        ("ExpiredIntent()", an_intent(chain, recipient=nobody, **later)),
        ("NullRecipient()", an_intent(chain, recipient=nobody, **other)),
        ("OperatorNotRegistered()", an_intent(chain, recipient_amount=10**20, **other)),
        ("InsufficientBalance(uint256)", an_intent(chain, recipient_amount=10**20)),
        ("InsufficientAllowance(uint256)", an_intent(chain)),
    ]
    for error, intent in cases:
        assert onchain.selector(error).hex() in await refusal(chain, intent), error
    paid = an_intent(chain)
    await chain.send([approve(paid.total), WalletCall(CONTRACT, paid.call_data)])
    assert onchain.selector("AlreadyProcessed()").hex() in await refusal(chain, paid)


@needs_anvil
async def test_the_contract_is_placed_once_and_stays_after_a_restart(tmp_path: Path) -> None:
    contracts = simulated.contracts()
    for _ in range(2):
        async with local_chain(state=tmp_path / "chain.state", contracts=contracts) as chain:
            intent = an_intent(chain, id=bytes(16))
            try:
                await chain.send([approve(intent.total), WalletCall(CONTRACT, intent.call_data)])
            except Impossible:
                assert onchain.selector("AlreadyProcessed()").hex() in await refusal(chain, intent)
            assert await held(chain, SHOP) == intent.recipient_amount
