"""Which node is asked: the one that answered last, then the others in order; each must be of the connection's chain."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import structlog

from gerbang.base.errors import UpstreamFailed
from gerbang.base.http import OutcomeUnknown, ProviderRefused, Unreachable
from gerbang.ports.payment import Account
from gerbang.providers.evm.account import Node, nodes
from gerbang.providers.evm.client import Client

log = structlog.get_logger(__name__)
T = TypeVar("T")


class WrongChain(ProviderRefused):
    """The node is of another chain: its word is worth nothing."""


class Nodes:
    """Remembers, in this process, which nodes proved their chain, which one answered last, and how far the chain has been seen."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._proven: set[tuple[str, int]] = set()
        self._preferred: dict[str, str] = {}
        self._failed: set[tuple[str, int]] = set()
        self._seen: dict[tuple[str, str], int] = {}

    async def first_answer(self, account: Account, question: Callable[[Node], Awaitable[T]]) -> T:
        """The answer of the first node that gives one. When none does: ProviderRefused if one is set up wrongly, else OutcomeUnknown
        if one may have heard us, else Unreachable.
        """
        failures: list[UpstreamFailed] = []
        for node in self._in_order(account):
            try:
                answer = await self._asked(node, question)
            except (Unreachable, OutcomeUnknown, ProviderRefused) as error:
                log.warning("evm.node_failed", connection=account.connection, node=node.place, why=error.detail)
                self._failed.add((account.connection, node.place))
                failures.append(error)
            else:
                self._note_answer(account.connection, node.place)
                self._preferred[account.connection] = node.url
                return answer
        raise _worst(failures)

    async def two_answers(self, account: Account, question: Callable[[Node], Awaitable[T]]) -> tuple[T, T]:
        """The answers of two nodes. OutcomeUnknown when fewer than two give one; ProviderRefused when one is of another chain."""
        answers: list[T] = []
        failures: list[UpstreamFailed] = []
        for node in self._in_order(account):
            try:
                answers.append(await self._asked(node, question))
            except WrongChain:
                raise
            except (Unreachable, OutcomeUnknown, ProviderRefused) as error:
                failures.append(error)
            if len(answers) == 2:
                return answers[0], answers[1]
        why = f" {failures[0].detail}" if failures else ""
        raise OutcomeUnknown(
            f"Two nodes must say the same, and {len(answers)} answered.{why}", hint="Name a second node in rpc_urls."
        )

    def _note_answer(self, connection: str, place: int) -> None:
        """Say that a node answers which had failed before."""
        if (connection, place) in self._failed:
            self._failed.discard((connection, place))
            log.info("evm.node_answers", connection=connection, node=place)

    def saw(self, account: Account, head: int) -> None:
        """A node showed the chain up to this block."""
        self._seen[_chain_of(account)] = max(head, self._seen.get(_chain_of(account), 0))

    def lags(self, account: Account, head: int) -> bool:
        """Whether a node with this head is behind what this process has already seen, so that its silence means nothing."""
        return head < self._seen.get(_chain_of(account), 0)

    async def _asked(self, node: Node, question: Callable[[Node], Awaitable[T]]) -> T:
        try:
            await self._prove(node)
            return await question(node)
        except UpstreamFailed:
            self._proven.discard((node.url, node.chain_id))
            raise

    async def _prove(self, node: Node) -> None:
        """Ask for the chain id at first use, and again after any failure: another machine may stand there now."""
        if (node.url, node.chain_id) in self._proven:
            return
        said = number(await self._client.ask(node, "eth_chainId", (), str))
        if said != node.chain_id:
            raise WrongChain(
                f"Node {node.place} is of chain {said}, and the connection of chain {node.chain_id}.",
                hint="Correct rpc_urls or network.",
            )
        self._proven.add((node.url, node.chain_id))

    def _in_order(self, account: Account) -> Sequence[Node]:
        preferred = self._preferred.get(account.connection)
        return sorted(nodes(account), key=lambda node: node.url != preferred)


def number(quantity: str) -> int:
    """A quantity of the wire (`0x1b4`); OutcomeUnknown when it is none."""
    try:
        return int(quantity, 16)
    except ValueError as error:
        raise OutcomeUnknown("A node's number is not one.") from error


def _chain_of(account: Account) -> tuple[str, str]:
    return account.connection, account.settings.get("network", "")


def _worst(failures: Sequence[UpstreamFailed]) -> UpstreamFailed:
    for kind in (ProviderRefused, OutcomeUnknown):
        for failure in failures:
            if isinstance(failure, kind):
                return failure
    return failures[0]
