"""A blockchain that does what a test says: blocks, reorgs, and a node that errs. It implements the port `Chain`; nothing is patched.

Log indices count through a block, as on a real chain: a transaction that moves into another block gets others.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from gerbang.base.http import Http, OutcomeUnknown, Unreachable
from gerbang.ports.chain import Asset, Head, Network, Reading, Receipt, Transfer
from gerbang.ports.chain import Block as ChainBlock
from gerbang.ports.facts import Accepted, Fact
from gerbang.ports.kinds import Kind
from gerbang.ports.next_action import DisplayCrypto
from gerbang.ports.payment import (
    Account,
    AssetTerms,
    Lookup,
    Method,
    MethodTerms,
    RefundRequest,
    Submission,
    SubmissionEffect,
    SubmittedAttempt,
)
from gerbang.ports.provider import Provider, SettingField

TOKEN: Final = "0x" + "a" * 40
TOKENS: Final = {"USDC": TOKEN, "USDT": "0x" + "b" * 40}
STRANGER: Final = "0x" + "f" * 40


@dataclass(frozen=True, slots=True)
class Sent:
    """A transaction: its hash, and what it moves of a token, as (recipient, base units) in order."""

    hash: str
    moves: tuple[tuple[str, int], ...]
    token: str = "USDC"


@dataclass(slots=True)
class Block:
    """One block; `salt` makes its hash its own."""

    salt: int
    at: datetime
    sent: tuple[Sent, ...]


@dataclass(slots=True)
class Gate:
    """Where a look stands still: `reached` when it came here, until a test lets it on by `open`."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    open: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class ScriptedChain:
    """The port's Chain over blocks that a test mines. `forgets` are transactions whose receipts its node denies; `doubted` makes two
    nodes disagree; `lags` is how many blocks the node's head is behind, `final` how far behind it the newest final block is, `away` that it does not answer; each look takes one of `gates` before it reads
    blocks, whose numbers are `asked`. `extra` stands at addresses
    without a transfer; `swept` are the addresses whose balances were asked for, `searched` the blocks that were searched for what came.
    """

    name: str = "base"
    chain_id: int = 8_453
    confirmations: int = 2
    settled_after: int = 100
    agree_above: int = 0
    blocks: list[Block] = field(default_factory=list)
    forgets: set[str] = field(default_factory=set)
    doubted: bool = False
    lags: int = 0
    final: int | None = None
    away: bool = False
    gates: list[Gate] = field(default_factory=list)
    asked: list[tuple[int, int]] = field(default_factory=list)
    extra: dict[str, int] = field(default_factory=dict)
    swept: list[frozenset[str]] = field(default_factory=list)
    searched: list[tuple[int, int]] = field(default_factory=list)
    salt: int = 0

    def mine(self, *sent: Sent, empty: int = 0, at: datetime | None = None) -> None:
        """One block with these transactions, and so many empty ones behind it."""
        for more in (sent, *([()] * empty)):
            self.salt += 1
            self.blocks.append(Block(self.salt, at or datetime.now(UTC), tuple(more)))

    def reorg(self, depth: int, *blocks: Sequence[Sent]) -> None:
        """The last `depth` blocks are replaced by these, and by empty ones up to the same height."""
        del self.blocks[-depth:]
        for one in (*blocks, *([()] * (depth - len(blocks)))):
            self.mine(*one)

    def network(self, account: Account) -> Network:
        return Network(
            name=self.name,
            chain_id=self.chain_id,
            assets=tuple(
                Asset(symbol, contract, 6, self.agree_above) for symbol, contract in self.assets(account).items()
            ),
            confirmations=int(account.settings.get("confirmations") or self.confirmations),
            finalized=account.settings.get("finality") == "finalized",
            settled_after=self.settled_after,
        )

    def assets(self, account: Account) -> dict[str, str]:
        return {one: TOKENS[one] for one in (account.settings.get("assets") or "USDC").split()}

    def deposit(self, account: Account, number: int) -> tuple[str, str]:
        return f"0x{account.settings.get('wallet') or '0'}{number + 1:039x}", f"0/{number}"

    async def head(self, account: Account) -> Head:
        if self.away:
            raise Unreachable("No node answers.")
        newest = len(self.blocks) - 1 - self.lags
        found = await self.block(account, newest)
        final = None if self.final is None else newest - self.final
        return Head(newest, found.hash, found.at, final)

    async def block(self, account: Account, number: int) -> ChainBlock:
        return ChainBlock(number, f"0x{self.blocks[number].salt:064x}", self.blocks[number].at)

    async def transfers(
        self, account: Account, recipients: Collection[str], first: int, last: int, *, coins_from: int = 0
    ) -> Reading:
        if self.away:
            raise Unreachable("No node answers.")
        if self.gates:
            gate = self.gates.pop(0)
            gate.reached.set()
            await gate.open.wait()
        self.asked.append((first, last))
        wanted = frozenset(recipients)
        moved = [
            moved
            for number in range(first, last + 1)
            for one in self._receipts(number)
            for moved in one.transfers
            if moved.recipient in wanted
        ]
        return Reading(moved, last)

    async def balances(self, account: Account, addresses: Collection[str]) -> Mapping[tuple[str, str], int]:
        if self.away:
            raise Unreachable("No node answers.")
        self.swept.append(frozenset(addresses))
        contracts = self.assets(account).values()
        return {
            (address, contract): sum(
                moved.amount for moved in self._moved() if (moved.recipient, moved.contract) == (address, contract)
            )
            + self.extra.get(address, 0)
            for address in addresses
            for contract in contracts
        }

    async def arrivals(
        self, account: Account, address: str, contract: str, first: int, last: int
    ) -> Sequence[Transfer]:
        self.searched.append((first, last))
        return [
            moved
            for moved in self._moved()
            if (moved.recipient, moved.contract) == (address, contract) and first <= moved.block <= last
        ]

    def _moved(self) -> list[Transfer]:
        return [t for number in range(len(self.blocks)) for one in self._receipts(number) for t in one.transfers]

    async def receipt(self, account: Account, transaction: str, *, agreed: bool = False) -> Receipt | None:
        if agreed and self.doubted:
            raise OutcomeUnknown("Two nodes do not say the same of the transaction.")
        if transaction in self.forgets:
            return None
        every = (one for number in range(len(self.blocks)) for one in self._receipts(number))
        return next((one for one in every if one.transaction == transaction), None)

    def _receipts(self, number: int) -> list[Receipt]:
        block, found, log = self.blocks[number], [], 0
        hash_ = f"0x{block.salt:064x}"
        for sent in block.sent:
            moved = []
            for recipient, amount in sent.moves:
                moved.append(
                    Transfer(
                        transaction=sent.hash,
                        log=log,
                        contract=TOKENS[sent.token],
                        sender=STRANGER,
                        recipient=recipient,
                        amount=amount,
                        block=number,
                        block_hash=hash_,
                        at=block.at,
                    )
                )
                log += 1
            found.append(
                Receipt(
                    transaction=sent.hash,
                    succeeded=True,
                    block=number,
                    block_hash=hash_,
                    at=block.at,
                    transfers=tuple(moved),
                )
            )
        return found


class ScriptedWallet:
    """A wallet of our own on the scripted chain: the port's PaymentProvider, without a network."""

    def __init__(self, chain: ScriptedChain) -> None:
        self._chain = chain

    def terms(self, account: Account) -> Sequence[MethodTerms]:
        assets = tuple(
            AssetTerms(asset=one, network=self._chain.name, title=one, decimals=6, least=1, most=10**15, fee_hint="low")
            for one in self._chain.assets(account)
        )
        wallet, _ = self._chain.deposit(account, 0)
        return [
            MethodTerms(
                method=Method.CRYPTO,
                effect=SubmissionEffect.INSTRUCTS,
                lookup=Lookup.NONE,
                currency="",
                least=1,
                most=10**12,
                assets=assets,
                wallet=wallet,
            )
        ]

    async def submit(self, account: Account, submission: Submission) -> Sequence[Fact]:
        assert submission.quote is not None, "a crypto attempt has a quote"
        assert submission.number is not None, "a wallet of our own numbers its addresses"
        address, _ = self._chain.deposit(account, submission.number)
        asset = submission.quote.asset
        shown = DisplayCrypto(self._chain.name, asset, address, submission.quote.amount, f"ethereum:{address}")
        return (Accepted(address, shown, submission.quote.expires_at),)

    async def inquire(self, account: Account, standing: SubmittedAttempt) -> Sequence[Fact]:
        return ()

    async def cancel(self, account: Account, standing: SubmittedAttempt) -> Sequence[Fact]:
        return ()

    async def refund(
        self, account: Account, standing: SubmittedAttempt, refund_request: RefundRequest
    ) -> Sequence[Fact]:
        return ()


class ScriptedProcessor:
    """A processor whose payers all send to one address of its own; the port's PaymentProvider, without a network."""

    address: Final = "0x" + "c0" * 20

    def terms(self, account: Account) -> Sequence[MethodTerms]:
        asset = AssetTerms(
            asset="USDC",
            network=account.settings.get("network", "base"),
            title="USDC",
            decimals=6,
            least=1,
            most=10**15,
            fee_hint="low",
            places=2,
        )
        return [
            MethodTerms(
                method=Method.CRYPTO,
                effect=SubmissionEffect.INSTRUCTS,
                lookup=Lookup.BY_THEIRS,
                currency="",
                least=1,
                most=10**12,
                assets=(asset,),
                refund=True,
            )
        ]

    async def submit(self, account: Account, submission: Submission) -> Sequence[Fact]:
        assert submission.quote is not None, "a crypto attempt has a quote"
        shown = DisplayCrypto("base", "USDC", self.address, submission.quote.amount, f"ethereum:{self.address}")
        return (Accepted(f"chk_{submission.reference}", shown, submission.quote.expires_at),)

    async def inquire(self, account: Account, standing: SubmittedAttempt) -> Sequence[Fact]:
        return ()

    async def cancel(self, account: Account, standing: SubmittedAttempt) -> Sequence[Fact]:
        return ()

    async def refund(
        self, account: Account, standing: SubmittedAttempt, refund_request: RefundRequest
    ) -> Sequence[Fact]:
        return ()


def processor() -> Provider:
    """The scripted processor as a provider that connections can be made of."""

    def payments(_: Http) -> ScriptedProcessor:
        return ScriptedProcessor()

    network = SettingField("network", "Network", "Where it takes money.", "base")
    return Provider(
        name="scripted_processor",
        title="Scripted processor",
        kinds=(Kind.PAYMENT,),
        credentials=(),
        settings=(network,),
        documentation="https://example.com",
        payment=payments,
    )


def provider(chain: ScriptedChain, name: str = "scripted") -> Provider:
    """The scripted chain as a provider that connections can be made of."""

    def payments(_: Http) -> ScriptedWallet:
        return ScriptedWallet(chain)

    def watched(_: Http) -> ScriptedChain:
        return chain

    settings = tuple(SettingField(one, one, "As it says.") for one in ("confirmations", "finality", "wallet", "assets"))
    return Provider(
        name=name,
        title="Scripted chain",
        kinds=(Kind.PAYMENT, Kind.CHAIN),
        credentials=(),
        settings=settings,
        documentation="https://example.com",
        payment=payments,
        chain=watched,
    )
