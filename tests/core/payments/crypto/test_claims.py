"""A processor's word that crypto came in: believed when our own node sees exactly that, for one payment, and held for a person when it
sees something else. Every story ends with the books compared (`verify`).
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from gerbang import app, settings
from gerbang.base import ids
from gerbang.base.db import Database
from gerbang.core.audit.service import SYSTEM
from gerbang.core.idempotency.model import IdempotencyKey
from gerbang.core.payments.applying_facts import FactReport
from gerbang.core.payments.model import MethodChoice, NewPayment, PaymentDetail
from gerbang.core.payments.verification import service as verification
from gerbang.ports.facts import Claimed, Fact
from gerbang.ports.payment import Method
from gerbang.providers import PROVIDERS
from gerbang.providers.sealed import ensure_root_key
from tests.conftest import FreshDatabase
from tests.core.payments.conftest import OPERATOR
from tests.core.payments.scripted_chain import ScriptedChain, ScriptedProcessor, Sent, processor, provider

WHOLE = 48_500_000
THEIRS = ScriptedProcessor.address


@dataclass
class Counter:
    """A shop whose payers pay through a processor, and whose node looks when it is told to."""

    core: app.Core
    chain: ScriptedChain
    owner: Database
    sent: list[Sent] = field(default_factory=list)

    async def ask(self, connection: str = "processor") -> PaymentDetail:
        """A payment of 48.50 USD through the processor."""
        network = "base" if connection == "processor" else "polygon"
        choice = MethodChoice(Method.CRYPTO, {"asset": "USDC", "network": network}, connection)
        key = IdempotencyKey("user:usr_test", ids.new().hex, b"fingerprint")
        return (await self.core.payments.create(OPERATOR, NewPayment(4_850, "USD", "Kopi", choice=choice), key)).details

    def move(self, amount: int = WHOLE, to: str = THEIRS, *, mined: bool = True) -> str:
        """A transaction that moves the amount; its hash."""
        self.sent.append(Sent(f"0x{len(self.sent) + 1:064x}", ((to, amount),)))
        if mined:
            self.chain.mine(self.sent[-1])
        return self.sent[-1].hash

    async def claim(self, details: PaymentDetail, transaction: str, **changes: object) -> None:
        """The processor says that this transaction paid it."""
        said = {
            "total": WHOLE,
            "currency": "USDC",
            "network": "base",
            "transaction": transaction,
            "recipient": THEIRS,
            "onchain": WHOLE,
        } | changes
        await self.apply_facts(details, Claimed(**said))  # type: ignore[arg-type]  # a table of its fields

    async def apply_facts(self, details: PaymentDetail, *facts: Fact) -> None:
        await self.core.calls.apply_facts(FactReport(details.attempts[0].id, facts, "webhook"))

    async def look(self, blocks: int = 0) -> None:
        """Empty blocks come, and our node is asked."""
        if blocks:
            self.chain.mine(empty=blocks - 1)
        await self.core.watcher.look()

    async def standing(self, details: PaymentDetail) -> tuple[str, int, int]:
        """Status, captured cents and base units that came."""
        now = await self.core.payments.get(details.payment.id)
        return now.payment.status.value, now.payment.amount_captured, now.attempts[-1].received

    async def why(self, details: PaymentDetail) -> str:
        failure = (await self.core.payments.get(details.payment.id)).attempts[0].failure
        return failure.detail if failure else ""

    async def pass_days(self, days: int, seconds: int = 0) -> None:
        """What is claimed was claimed so long ago."""
        async with self.owner.transaction() as tx:
            await tx.execute(
                """
                UPDATE chain_claims SET claimed_at = claimed_at - make_interval(days => $1, secs => $2),
                    asked_at = asked_at - interval '1 day'
                """,
                days,
                seconds,
            )


PAID, PENDING, HELD = ("paid", 4_850, WHOLE), ("pending", 0, 0), ("held", 0, 0)


@pytest.fixture
async def counter(database: FreshDatabase, tmp_path: Path) -> AsyncIterator[Counter]:
    chosen = settings.load(
        data=tmp_path,
        database_url=database.app_dsn,
        database_owner_url=database.owner_dsn,
        sandbox=True,
        fixed_rates="USDC/USD=1",
    )
    ensure_root_key(chosen.root_key_path, create=True)
    owner, chain = Database(database.owner_dsn, size=2), ScriptedChain()
    await owner.open()
    chain.mine(empty=9)
    mine = {"scripted": provider(chain), "scripted_processor": processor()}
    async with app.core(chosen, "test", {**PROVIDERS, **mine}) as core:
        add = core.connections.create
        await add(SYSTEM, "node", "scripted", livemode=False, settings={}, secrets={})
        await add(SYSTEM, "processor", "scripted_processor", livemode=False, settings={}, secrets={})
        await add(
            SYSTEM, "elsewhere", "scripted_processor", livemode=False, settings={"network": "polygon"}, secrets={}
        )
        await core.watcher.look()
        yield Counter(core, chain, owner)
        assert (await verification.verify(core.db))[1] == []
    await owner.close()


@pytest.mark.parametrize("first", ["claim", "transfer"])
async def test_it_counts_when_our_node_sees_it_deep_enough_whichever_comes_first(counter: Counter, first: str) -> None:
    details = await counter.ask()
    hash_ = counter.move(mined=first == "transfer")
    await counter.claim(details, hash_)
    await counter.look()
    if first == "claim":
        assert await counter.standing(details) == PENDING
        counter.chain.mine(counter.sent[-1])
        await counter.look()
    assert await counter.standing(details) == PENDING
    (seen,) = await counter.core.payments.chain(details.payment.id)
    assert (seen.transfer.transaction, seen.verdict, seen.confirmations) == (hash_, "waits", 1)
    await counter.look(1)
    assert await counter.standing(details) == PAID
    async with counter.core.db.reading() as tx:
        rows = await tx.fetch(
            "SELECT debit, credit, currency, amount::int FROM ledger_lines WHERE payment_id = $1", details.payment.id
        )
        lines = {tuple(row) for row in rows}
        jobs = await tx.fetch("SELECT key FROM jobs WHERE kind = 'payment.inquire'")
    assert lines == {
        ("clearing:processor", "exchange:USDC", "USDC", WHOLE),
        ("exchange:USDC", "sales", "USD", 4_850),
    }
    assert [row["key"] for row in jobs] == [ids.show("att", details.attempts[0].id)]  # what else it knows is asked


async def test_what_our_node_does_not_see_is_held_with_the_reason_and_paid_once_it_is_seen(counter: Counter) -> None:
    details = await counter.ask()
    hash_ = counter.move(mined=False)
    await counter.claim(details, hash_)
    await counter.look(1)
    assert await counter.standing(details) == PENDING
    await counter.pass_days(0, 31)
    for _ in range(3):
        await counter.look(1)
    assert await counter.standing(details) == HELD
    assert hash_ in await counter.why(details)
    moments = [one.detail for one in await counter.core.payments.timeline(details.payment.id)]
    assert sum("Mismatched" in str(one) for one in moments) == 1
    counter.chain.mine(counter.sent[-1])
    await counter.look(1)
    assert await counter.standing(details) == PAID


async def test_a_lie_moves_no_money_and_is_a_persons_matter_after_three_days(counter: Counter) -> None:
    details = await counter.ask()
    await counter.claim(details, "0x" + "e" * 64)
    for _ in range(3):
        await counter.look(5)
    assert await counter.standing(details) == PENDING
    await counter.pass_days(4)
    await counter.look(1)
    assert await counter.standing(details) == HELD
    assert "never seen" in await counter.why(details)


async def test_a_lie_does_not_keep_the_true_payment_away(counter: Counter) -> None:
    details = await counter.ask()
    await counter.claim(details, "0x" + "e" * 64)
    await counter.look(1)
    await counter.claim(details, counter.move())
    await counter.look(2)
    assert await counter.standing(details) == PAID
    await counter.pass_days(4)
    await counter.look(1)
    assert await counter.standing(details) == PAID


@pytest.mark.parametrize(
    ("amount", "to"), [(WHOLE - 1, THEIRS), (WHOLE, "0x" + "d" * 40)], ids=["too little", "elsewhere"]
)
async def test_a_transaction_that_does_not_do_what_was_claimed_is_held(counter: Counter, amount: int, to: str) -> None:
    """Attacks 2, 4 and 9: signature right, chain wrong."""
    details = await counter.ask()
    await counter.claim(details, counter.move(amount, to))
    await counter.look()
    assert (await counter.standing(details))[0] == "pending"  # the block may yet go
    await counter.look(1)
    assert (await counter.standing(details))[0] == "held"
    assert "does not move" in await counter.why(details)


@pytest.mark.parametrize(
    "changes",
    [
        {"recipient": "0x" + "d" * 40},
        {"network": "polygon"},
        {"currency": "USDT"},
        {"onchain": 0},
        {"onchain": WHOLE + 1},
    ],
)
async def test_what_cannot_be_meant_is_held_at_once_and_never_asked_about(
    counter: Counter, changes: dict[str, object]
) -> None:
    details = await counter.ask()
    await counter.claim(details, counter.move(), **changes)
    assert await counter.standing(details) == HELD
    await counter.look(3)
    assert await counter.standing(details) == HELD


@pytest.mark.parametrize("settled", [False, True])
async def test_one_transaction_pays_one_payment(counter: Counter, settled: bool) -> None:
    """Attack 5: the same hash for two orders, whose addresses are one."""
    one, other = await counter.ask(), await counter.ask()
    hash_ = counter.move()
    await counter.claim(one, hash_)
    if settled:
        await counter.look(counter.chain.settled_after + 1)
    await counter.claim(other, hash_)
    for _ in range(3):
        await counter.look(1)
    assert await counter.standing(one) == PAID
    assert await counter.standing(other) == HELD


async def test_other_peoples_money_at_the_processors_address_is_not_ours(counter: Counter) -> None:
    details = await counter.ask()
    counter.move(7_000_000)
    await counter.claim(details, counter.move())
    for _ in range(3):
        counter.move(9_000_000)
        await counter.look()
    assert await counter.standing(details) == PAID
    assert len(await counter.core.payments.chain(details.payment.id)) == 1


async def test_a_transaction_from_before_the_payment_is_not_its_own(counter: Counter) -> None:
    """Attack 7."""
    hash_ = counter.move(mined=False)
    counter.chain.mine(counter.sent[-1], at=datetime.now(UTC) - timedelta(hours=1))
    details = await counter.ask()
    await counter.claim(details, hash_)
    await counter.look(3)
    assert await counter.standing(details) == HELD


async def test_a_reorg_takes_it_back_and_counts_it_again(counter: Counter) -> None:
    """Attack 11, F12."""
    details = await counter.ask()
    await counter.claim(details, counter.move())
    await counter.look(1)
    assert await counter.standing(details) == PAID
    counter.chain.reorg(2)
    await counter.look()
    assert await counter.standing(details) == PENDING
    counter.chain.mine(counter.sent[-1])
    await counter.look(2)
    assert await counter.standing(details) == PAID


async def test_what_a_processor_keeps_is_credited_where_the_rest_stands_on_the_chain(counter: Counter) -> None:
    details = await counter.ask()
    await counter.claim(details, counter.move(48_015_000), onchain=48_015_000)
    await counter.look(1)
    assert await counter.standing(details) == PAID
    counter.chain.reorg(2)
    await counter.look()
    assert await counter.standing(details) == PENDING


async def test_the_same_word_again_is_no_news(counter: Counter) -> None:
    details = await counter.ask()
    hash_ = counter.move()
    for _ in range(3):
        await counter.claim(details, hash_)
        await counter.look(1)
    assert await counter.standing(details) == PAID


async def test_while_the_node_is_away_nothing_is_concluded(counter: Counter) -> None:
    details = await counter.ask()
    await counter.claim(details, counter.move())
    counter.chain.away = True
    await counter.look(3)
    assert await counter.standing(details) == PENDING
    counter.chain.away = False
    await counter.look()
    assert await counter.standing(details) == PAID


async def test_what_was_mined_after_the_head_was_asked_for_waits_for_the_next_look(counter: Counter) -> None:
    details = await counter.ask()
    await counter.claim(details, counter.move())
    counter.chain.lags = 1
    await counter.look()
    assert await counter.standing(details) == PENDING
    counter.chain.lags = 0
    await counter.look(1)
    assert await counter.standing(details) == PAID


async def test_a_claim_on_a_network_without_a_node_is_said_aloud(counter: Counter) -> None:
    details = await counter.ask("elsewhere")
    await counter.apply_facts(
        details,
        Claimed(
            total=WHOLE,
            currency="USDC",
            network="polygon",
            transaction="0x" + "1" * 64,
            recipient=THEIRS,
            onchain=WHOLE,
        ),
    )
    counter.core.watcher._asked_networks_at = 0.0
    with capture_logs() as logs:
        await counter.look()
    assert [one["network"] for one in logs if one["event"] == "chain.no_node"] == ["polygon"]
    assert await counter.standing(details) == PENDING


async def test_a_claim_is_judged_by_the_strictest_node_of_its_network(counter: Counter) -> None:
    """A processor has no node: which of ours answers is no matter of which looks first."""
    careful = {"confirmations": "12", "wallet": "7"}
    await counter.core.connections.create(SYSTEM, "careful", "scripted", livemode=False, settings=careful, secrets={})
    details = await counter.ask()
    await counter.claim(details, counter.move())
    await counter.look(10)
    assert await counter.standing(details) == PENDING
    await counter.look(1)
    assert await counter.standing(details) == PAID
