"""Which connection's node judges what: each attempt is judged by its own connection's terms and nodes, and by no other's. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gerbang.core.connections.model import Connection
from gerbang.core.payments.model import Attempt
from gerbang.ports.chain import Chain, Network
from gerbang.ports.payment import Account


@dataclass(frozen=True, slots=True)
class ChainConnection:
    """A connection that looks at a chain, made ready for a call; `wallet` is its wallet's first address."""

    connection: Connection
    chain: Chain
    account: Account
    network: Network
    wallet: str

    @property
    def id(self) -> str:
        """The connection's id."""
        return self.connection.id

    @property
    def reads(self) -> str:
        """What a reading of this chain covers; one that covered less is begun again."""
        coins = any(not asset.contract for asset in self.network.assets)
        return f"{self.network.chain_id}{'+coins' if coins else ''}"

    def covers(self, reads: str) -> bool:
        """Whether what was read before covers what is to be read now; unknown of a cursor from before this was kept."""
        chain_id, _, coins = reads.partition("+")
        return not reads or (chain_id == str(self.network.chain_id) and (bool(coins) or "+" not in self.reads))


@dataclass(frozen=True, slots=True)
class Watched:
    """An attempt whose deposit address may yet get money; `over` when it is open and its time has passed by our clock."""

    attempt: UUID
    connection: str
    wallet: str
    address: str
    created_at: datetime
    over: bool


class ChainConnections:
    """All connections that look at chains. `livemode` is of every connection, processors too; `broken` are those whose settings or
    secrets cannot be used now: nobody stands in for them.
    """

    def __init__(
        self, there: Sequence[ChainConnection], livemode: Mapping[str, bool], broken: Collection[str] = ()
    ) -> None:
        self.all = there
        self._by_id = {one.id: one for one in there}
        self._livemode = livemode
        self._broken = broken

    def judge(self, connection: str, wallet: str, chain_id: int) -> str | None:
        """Whose node and terms judge what comes on a chain for an attempt of `connection`: its own on its own chain. Elsewhere, and for a
        processor, which has no node, the strictest enabled one of the chain, one with the same wallet first. Play and real money never
        judge each other.
        """
        own = self._by_id.get(connection)
        if connection in self._broken or (own is not None and own.network.chain_id == chain_id):
            return connection
        others = [
            one
            for one in self.all
            if one.network.chain_id == chain_id
            and one.connection.enabled
            and one.connection.livemode == self._livemode.get(connection, one.connection.livemode)
        ]
        return min(others, key=lambda one: _preference(one, wallet)).id if others else None

    def is_broken(self, connection: str) -> bool:
        """Whether a connection that looks at a chain cannot do it now."""
        return connection in self._broken

    def judges(self, one: ChainConnection, attempt: Attempt) -> bool:
        """Whether `one` judges what comes for this attempt on its chain."""
        wallet = attempt.quote.wallet if attempt.quote is not None else ""
        return self.judge(attempt.connection, wallet, one.network.chain_id) == one.id

    def watched_by(self, one: ChainConnection, watched: Sequence[Watched]) -> list[Watched]:
        """Those of the attempts that `one` judges on its chain."""
        judge: dict[tuple[str, str], str | None] = {}
        found = []
        for each in watched:
            key = (each.connection, each.wallet)
            if key not in judge:
                judge[key] = self.judge(*key, one.network.chain_id)
            if judge[key] == one.id:
                found.append(each)
        return found

    def answers_for(self, connection: str, network: str) -> bool:
        """Whether a node of ours would answer what a connection claims on a network."""
        return any(
            one.network.name == network and self.judge(connection, "", one.network.chain_id) == one.id
            for one in self.all
        )


def _preference(one: ChainConnection, wallet: str) -> tuple[bool, bool, int, datetime, str]:
    network = one.network
    return one.wallet != wallet, not network.finalized, -network.confirmations, one.connection.created_at, one.id
