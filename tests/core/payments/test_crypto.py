"""Crypto on a real node: what came to a deposit address is seen, counted when it is deep enough, and taken back when the chain does.

Blocks come only when a test asks. Every story ends with the books compared (`verify`) and the ledger's lines as the chart says.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from gerbang import app, demo, settings
from gerbang.base import ids
from gerbang.base.db import Database
from gerbang.core.payments import verifying
from gerbang.core.payments.model import (
    BadDestination,
    Coins,
    Destination,
    MethodChoice,
    MethodUnavailable,
    NewPayment,
    PaymentStatus,
    RefundStatus,
    Whole,
)
from gerbang.core.payments.rates import NoRate
from gerbang.core.queue import business_time
from gerbang.ports.payment import DisplayCrypto, Method
from gerbang.providers.sealed import ensure_root_key
from gerbang.sandbox.app import ChainConfig, Connection, SandboxConfig, running
from tests.anvil import PROGRAM, needs_anvil
from tests.conftest import FreshDatabase
from tests.core.payments.conftest import OPERATOR, World

pytestmark = needs_anvil
USDC = MethodChoice(Method.CRYPTO, {"asset": "USDC", "network": "base"})
ETH = MethodChoice(Method.CRYPTO, {"asset": "ETH", "network": "base"})
WALLET, EXCHANGE = "wallet:base:USDC", "exchange:USDC"


def shown_by(whole: Whole) -> DisplayCrypto:
    """What the newest attempt asks its payer to send."""
    action = whole.attempts[-1].next_action
    assert isinstance(action, DisplayCrypto), whole.attempts[-1]
    return action


@dataclass
class Harbour(World):
    """A world whose payers have wallets."""

    async def ask(self, amount: int = 4_850, currency: str = "USD", choice: MethodChoice = USDC) -> Whole:
        """A payment that shows its payer an address."""
        new = NewPayment(amount, currency, "Gayo coffee", choice=choice)
        whole = (await self.core.payments.create(OPERATOR, new, self.key())).whole
        assert (
            shown_by(whole).address == shown_by(whole).uri.partition("address=")[2].partition("&")[0] or choice is ETH
        )
        return whole

    async def send(self, whole: Whole, **more: Any) -> str:
        """The payer sends from the demo wallet; a block is mined with it."""
        shown = shown_by(whole)
        amount = {"amount": shown.amount} | more
        return str((await self.control("chain/pay", address=shown.address, **amount))["transactions"][-1])

    async def mine(self, blocks: int = 1) -> None:
        """Blocks come, and our node is asked."""
        await self.control("chain/mine", blocks=blocks)
        await self.core.watcher.look()

    async def reorg(self, depth: int, *, keep: bool) -> None:
        """The chain changes its mind about its last blocks, and our node is asked."""
        await self.control("chain/reorg", depth=depth, keep=keep)
        await self.core.watcher.look()

    async def advance(self, seconds: int) -> None:
        """Let business time pass, on the chain too."""
        await self.control("clock", advance_s=seconds)
        await self.core.changes.poll()

    async def now(self, whole: Whole) -> Whole:
        return await self.core.payments.get(whole.payment.id)

    async def status(self, whole: Whole) -> str:
        return (await self.now(whole)).payment.status.value

    async def moved(self, payment: UUID) -> dict[tuple[str, str, str], int]:
        """The ledger of a payment: what went from where to where in all, by currency; what was reversed is gone."""
        async with self.core.db.reading() as tx:
            rows = await tx.fetch(
                "SELECT debit, credit, currency, amount::text FROM ledger_lines WHERE payment_id = $1", payment
            )
        sums: dict[tuple[str, str, str], int] = {}
        for debit, credit, currency, amount in rows:
            forth, back = (debit, credit, currency), (credit, debit, currency)
            key, sign = (back, -1) if back in sums else (forth, 1)
            sums[key] = sums.get(key, 0) + sign * int(amount)
        return {key: value for key, value in sums.items() if value}


@pytest.fixture
async def harbour(database: FreshDatabase, tmp_path: Path, free_port: Callable[[], int]) -> AsyncIterator[Harbour]:
    """A sandbox with a chain, and a core that looks at it only when it is told to."""
    chosen = settings.load(
        data=tmp_path, database_url=database.app_dsn, database_owner_url=database.owner_dsn, sandbox=True, port=free_port(),
        sandbox_port=free_port(), fixed_rates="USDC/USD=1 ETH/USD=2500",
    )  # fmt: skip
    ensure_root_key(chosen.root_key_path, create=True)
    owner = Database(database.owner_dsn, size=2)
    await owner.open()
    merchants = tuple(Connection(m.imid, m.merchant_key, m.methods, m.name) for m in demo.merchants(tmp_path))
    config = SandboxConfig(
        str(tmp_path / "sandbox"), merchants, port=chosen.sandbox_port, chain=ChainConfig(str(PROGRAM), block_s=0)
    )

    async def advance(seconds: int) -> int:
        return await business_time.advance(owner, seconds)

    async with running(config, advance) as sandbox, app.core(chosen, "test") as core:
        assert sandbox.chain is not None, "the local chain did not start"
        await demo.connect_wallet(core.connections, chosen, sandbox.chain)
        await core.watcher.look()
        yield Harbour(core, sandbox, owner)
        assert (await verifying.verify(core.db))[1] == []
    await owner.close()


async def test_a_transfer_counts_when_it_is_deep_enough_and_the_books_hold_asset_and_price(harbour: Harbour) -> None:
    whole = await harbour.ask()
    assert shown_by(whole).amount == "48500000"
    hash_ = await harbour.send(whole)
    await harbour.core.watcher.look()
    assert await harbour.status(whole) == "pending"
    (seen,) = await harbour.core.payments.chain(whole.payment.id)
    assert (seen.transfer.transaction, seen.verdict, seen.confirmations, seen.required) == (hash_, "waits", 1, 2)
    await harbour.mine()
    paid = await harbour.now(whole)
    assert (paid.payment.status, paid.payment.late, paid.attempts[0].received) == (
        PaymentStatus.PAID,
        False,
        48_500_000,
    )
    assert await harbour.moved(whole.payment.id) == {
        (WALLET, EXCHANGE, "USDC"): 48_500_000,
        (EXCHANGE, "sales", "USD"): 4_850,
    }


async def test_every_attempt_has_an_address_of_its_own(harbour: Harbour) -> None:
    addresses = [(await harbour.ask()).attempts[0].provider_reference for _ in range(5)]
    assert len(set(addresses)) == 5


async def test_the_owners_wallet_is_told_every_address_and_its_path(harbour: Harbour) -> None:
    shown = [shown_by(await harbour.ask()).address for _ in range(2)]
    await harbour.send(await harbour.ask(), amount="7000000")
    await harbour.mine()
    deposits = await harbour.core.watcher.deposits()
    assert [one.address for one in deposits][:2] == shown
    assert [(one.number, one.path, one.received) for one in deposits] == [
        (0, "m/0/0", "0"),
        (1, "m/0/1", "0"),
        (2, "m/0/2", "7000000"),
    ]


async def test_two_parts_make_a_whole(harbour: Harbour) -> None:
    """Attack 14: less in two transactions."""
    whole = await harbour.ask()
    await harbour.send(whole, amount="20000000")
    await harbour.mine()
    part = await harbour.now(whole)
    assert (part.payment.status, part.payment.amount_captured) == (PaymentStatus.PART_PAID, 2_000)
    await harbour.send(whole, amount="28500000")
    await harbour.mine()
    assert await harbour.status(whole) == "paid"
    assert await harbour.moved(whole.payment.id) == {
        (WALLET, EXCHANGE, "USDC"): 48_500_000,
        (EXCHANGE, "sales", "USD"): 4_850,
    }


async def test_a_surplus_stands_to_the_payers_credit(harbour: Harbour) -> None:
    whole = await harbour.ask()
    await harbour.send(whole, amount="50000000")
    await harbour.mine()
    paid = await harbour.now(whole)
    assert (paid.payment.status, paid.payment.amount_excess) == (PaymentStatus.PAID, 150)
    assert (await harbour.moved(whole.payment.id))[EXCHANGE, "payer_credit", "USD"] == 150


async def test_what_is_given_back_leaves_the_wallet_it_came_into(harbour: Harbour) -> None:
    """In parts that do not divide evenly: together they are all that came."""
    whole = await harbour.ask(3, choice=ETH)
    await harbour.send(whole, token="ETH")
    await harbour.mine()
    payments, sent = harbour.core.payments, int(shown_by(whole).amount)
    for amount, due in ((1, sent // 3), (None, sent - sent // 3)):
        refund = (await payments.refund(OPERATOR, whole.payment.id, amount, "returned", None, harbour.key())).refund
        assert refund.status is RefundStatus.AWAITING_TRANSFER
        assert await payments.coins_of(refund) == Coins("base", "ETH", due)
        with pytest.raises(BadDestination):
            await payments.name_destination(refund.id, Destination("BCA", "0341882288", "Sari"))
        await payments.name_destination(refund.id, Destination("", shown_by(whole).address.lower(), ""))
        named = await payments.destination_of(refund.id)
        assert named is not None
        assert named.account == shown_by(whole).address
        await payments.settle_refund(OPERATOR, refund.id, f"0x{due:064x}")
    assert await harbour.status(whole) == "refunded"
    assert await harbour.moved(whole.payment.id) == {
        ("exchange:ETH", "sales", "USD"): 3,
        ("refunds", "refunds_payable", "USD"): 3,
        ("refunds_payable", "exchange:ETH", "USD"): 3,
    }


async def test_a_fake_token_and_an_empty_transfer_are_shown_and_never_count(harbour: Harbour) -> None:
    """Attacks 1 to 3: a perfect Transfer of a look-alike, and one of nothing."""
    whole = await harbour.ask()
    await harbour.send(whole, token="FAKE")
    await harbour.send(whole, amount="0")
    await harbour.mine(3)
    assert await harbour.status(whole) == "pending"
    verdicts = {one.verdict for one in await harbour.core.payments.chain(whole.payment.id)}
    assert verdicts == {"unknown_token"}
    assert await harbour.moved(whole.payment.id) == {}


async def test_the_coin_instead_of_the_token_is_held_for_a_person(harbour: Harbour) -> None:
    """Attack 8's kin: something of worth, and not what was asked for."""
    whole = await harbour.ask()
    await harbour.send(whole, token="ETH", amount="1000000000000000")
    await harbour.mine()
    held = await harbour.now(whole)
    assert held.payment.status is PaymentStatus.HELD
    failure = held.attempts[0].failure
    assert failure is not None
    assert "ETH came on base; asked for was USDC on base" in failure.detail
    assert await harbour.moved(whole.payment.id) == {}


async def test_the_coin_is_taken_where_it_was_asked_for(harbour: Harbour) -> None:
    whole = await harbour.ask(choice=ETH)
    assert shown_by(whole).amount == "19400000000000000"
    await harbour.send(whole, token="ETH")
    await harbour.mine()
    assert await harbour.status(whole) == "paid"
    assert (await harbour.moved(whole.payment.id))["wallet:base:ETH", "exchange:ETH", "ETH"] == 19_400_000_000_000_000


@pytest.mark.parametrize("depth", [1, 2, 3])
async def test_a_reorg_that_drops_the_transfer_takes_the_money_back(harbour: Harbour, depth: int) -> None:
    """Attack 11: gone. Reversing lines, pending again, never a deleted row."""
    whole = await harbour.ask()
    await harbour.send(whole)
    await harbour.mine(depth)
    was_paid = await harbour.status(whole) == "paid"
    assert was_paid is (depth >= 1)
    await harbour.reorg(depth + 1, keep=False)
    assert await harbour.status(whole) == "pending"
    assert await harbour.moved(whole.payment.id) == {}
    (gone,) = await harbour.core.payments.chain(whole.payment.id)
    assert gone.verdict == "gone"
    async with harbour.core.db.reading() as tx:
        assert await tx.fetchval("SELECT count(*) FROM announcements WHERE type = 'payment.retracted'") == 1
    await harbour.send(whole)  # the payer sends it again
    await harbour.mine()
    assert await harbour.status(whole) == "paid"


@pytest.mark.parametrize("depth", [1, 2, 3])
async def test_a_reorg_that_moves_the_transfer_counts_its_depth_anew_and_the_money_once(
    harbour: Harbour, depth: int
) -> None:
    """Attack 11: moved."""
    whole = await harbour.ask()
    await harbour.send(whole)
    await harbour.mine(depth)
    await harbour.reorg(depth + 1, keep=True)
    await harbour.mine(2)
    paid = await harbour.now(whole)
    assert (paid.payment.status, paid.payment.amount_captured, paid.payment.amount_excess) == (
        PaymentStatus.PAID,
        4_850,
        0,
    )
    assert await harbour.moved(whole.payment.id) == {
        (WALLET, EXCHANGE, "USDC"): 48_500_000,
        (EXCHANGE, "sales", "USD"): 4_850,
    }


async def test_money_after_the_quote_is_over_is_late_and_worth_what_the_payer_was_shown(harbour: Harbour) -> None:
    """Attack 7: after expiry."""
    whole = await harbour.ask()
    await harbour.advance(1_000)
    await harbour.mine()
    assert await harbour.status(whole) == "expired"
    await harbour.send(whole)
    await harbour.mine()
    paid = await harbour.now(whole)
    assert (paid.payment.status, paid.payment.late, paid.payment.amount_captured) == (PaymentStatus.PAID, True, 4_850)


async def test_two_logs_of_one_transaction_pay_two_payments_each_once(harbour: Harbour) -> None:
    """Attack 5: what names a transfer is its log, and one look after another credits it once."""
    one, other = await harbour.ask(), await harbour.ask()
    await harbour.send(one)
    await harbour.send(other)
    for _ in range(4):
        await harbour.mine()
    for whole in (one, other):
        paid = await harbour.now(whole)
        assert (paid.payment.status, paid.payment.amount_captured) == (PaymentStatus.PAID, 4_850)


async def test_killed_between_look_and_credit_it_is_credited_once(harbour: Harbour) -> None:
    whole = await harbour.ask()
    await harbour.send(whole)
    await harbour.control("chain/mine", blocks=1)
    async with (
        harbour.owner.transaction() as tx
    ):  # what was seen cannot be written: the look ends in the middle, as by a kill
        await tx.execute("LOCK TABLE chain_transfers IN EXCLUSIVE MODE")
        await harbour.core.watcher.look()
    assert await harbour.status(whole) == "pending"
    for _ in range(3):
        await harbour.core.watcher.look()
    paid = await harbour.now(whole)
    assert (paid.payment.status, paid.payment.amount_captured) == (PaymentStatus.PAID, 4_850)


async def test_while_the_node_is_away_nothing_is_concluded(harbour: Harbour) -> None:
    whole = await harbour.ask()
    await harbour.send(whole)
    connection = await harbour.core.connections.get(demo.WALLET)
    away = {**connection.settings, "rpc_urls": "http://127.0.0.1:9"}
    await harbour.core.connections.update("t", demo.WALLET, settings=away, secrets={}, enabled=True)
    await harbour.advance(1_000)
    await harbour.core.watcher.look()
    assert await harbour.status(whole) == "pending"
    await harbour.core.connections.update("t", demo.WALLET, settings=connection.settings, secrets={}, enabled=True)
    await harbour.mine()
    assert await harbour.status(whole) == "paid"


async def test_prices_in_rupiah_are_not_paid_in_crypto(harbour: Harbour) -> None:
    with pytest.raises(MethodUnavailable) as refused:
        await harbour.ask(150_000, "IDR")
    assert "IDR" in refused.value.detail
    assert [offer.method for offer in await harbour.core.payments.methods(150_000, "IDR") if offer.assets] == []


async def test_without_a_rate_there_is_no_quote_and_no_guess(harbour: Harbour) -> None:
    with pytest.raises(NoRate):
        await harbour.ask(4_850, "EUR")


async def test_a_choice_names_asset_and_network(harbour: Harbour) -> None:
    for options in (
        {},
        {"asset": "USDC"},
        {"asset": "USDC", "network": "ethereum"},
        {"asset": "DOGE", "network": "base"},
    ):
        with pytest.raises(MethodUnavailable) as refused:
            await harbour.ask(choice=MethodChoice(Method.CRYPTO, options))
        assert refused.value.errors[0].pointer == "/method_options/asset"
    (offer,) = [one for one in await harbour.core.payments.methods(4_850, "USD") if one.assets]
    assert [(one.asset, one.network, one.amount) for one in offer.assets] == [
        ("USDC", "base", 48_500_000),
        ("ETH", "base", 19_400_000_000_000_000),
    ]


async def test_the_trail_names_hash_amount_and_verdict(harbour: Harbour) -> None:
    whole = await harbour.ask()
    hash_ = await harbour.send(whole)
    await harbour.mine()
    (moved,) = [
        one for one in await harbour.core.payments.timeline(whole.payment.id)
        if one.kind == "payment.moved" and one.detail.get("source") == "chain"
    ]  # fmt: skip
    assert msgspec.json.decode(msgspec.json.encode(moved.detail))["seen"][0]["transaction"] == hash_
    assert ids.show("att", whole.attempts[0].id) == moved.detail["attempt"]
