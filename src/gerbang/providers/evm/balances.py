"""What stands at addresses now or stood at a block, many at once: by the Multicall3 contract where it is, else in batches, else one by one."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog

from gerbang.base.errors import UpstreamFailed
from gerbang.base.http import OutcomeUnknown
from gerbang.providers.evm.account import Node
from gerbang.providers.evm.client import Busy, Client, result

log = structlog.get_logger(__name__)
MULTICALL: Final = "0xca11bde05977b3631167028862be2a173976ca11"  # at the same address on nearly every public chain
_AGGREGATE: Final = "0x82ad56cb"  # aggregate3((address,bool,bytes)[])
_BALANCE_OF: Final = "0x70a08231"  # balanceOf(address) of a token
_COINS_OF: Final = "0x4d2301cc"  # getEthBalance(address) of Multicall3
_AT_ONCE: Final = 200

Wanted = tuple[str, str]  # address and contract; an empty contract means the coin


class Balances:
    """Asks nodes for balances; remembers, in this process, where the contract is."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._has_multicall: dict[str, bool] = {}

    async def now(self, node: Node, wanted: Sequence[Wanted]) -> Mapping[Wanted, int]:
        """What stands there now; what cannot be told, because a token's contract fails, is left out."""
        found: dict[Wanted, int] = {}
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            found |= await self._part(node, part)
        return found

    async def at(self, node: Node, wanted: Wanted, block: int) -> int:
        """What stood there after a block. Raises OutcomeUnknown or ProviderRefused where the node keeps no such old state."""
        (reply,) = await self._client.ask_each(node, [_question(wanted, hex(block))])
        return _number(result(reply, str))

    async def _part(self, node: Node, part: Sequence[Wanted]) -> Mapping[Wanted, int]:
        if len(part) > 1 and await self._multicall(node):
            try:
                return await self._together(node, part)
            except Busy:
                raise
            except UpstreamFailed as error:  # too much gas for this node, perhaps
                log.info("evm.multicall_failed", node=node.place, why=error.detail)
        replies = await self._client.ask_each(node, [_question(one, "latest") for one in part])
        return {
            one: _number(result(reply, str))
            for one, reply in zip(part, replies, strict=True)
            if reply.error is None or not one[1]  # a token that fails is no reason to overlook the others
        }

    async def _multicall(self, node: Node) -> bool:
        if node.url not in self._has_multicall:
            code = await self._client.ask(node, "eth_getCode", (MULTICALL, "latest"), str)
            self._has_multicall[node.url] = len(code) > 2
        return self._has_multicall[node.url]

    async def _together(self, node: Node, part: Sequence[Wanted]) -> Mapping[Wanted, int]:
        from eth_abi.abi import decode, encode  # late: only a sweep needs it
        from eth_abi.exceptions import DecodingError

        calls = [
            (contract or MULTICALL, True, bytes.fromhex(_data(address, contract)[2:])) for address, contract in part
        ]
        data = _AGGREGATE + encode(["(address,bool,bytes)[]"], [calls]).hex()
        answer = await self._client.ask(node, "eth_call", ({"to": MULTICALL, "data": data}, "latest"), str)
        try:
            (results,) = decode(["(bool,bytes)[]"], bytes.fromhex(answer[2:]))
        except (DecodingError, ValueError) as error:
            raise OutcomeUnknown("The node's answer is not what Multicall3 gives.") from error
        if len(results) != len(part):
            raise OutcomeUnknown("Multicall3 answered another number of questions.")
        return {
            one: int.from_bytes(value, "big")
            for one, (succeeded, value) in zip(part, results, strict=True)
            if succeeded and len(value) in (0, 32)
        }


def _question(wanted: Wanted, block: str) -> tuple[str, tuple[Any, ...]]:
    address, contract = wanted
    if not contract:
        return "eth_getBalance", (address, block)
    return "eth_call", ({"to": contract, "data": _data(address, contract)}, block)


def _data(address: str, contract: str) -> str:
    return (_BALANCE_OF if contract else _COINS_OF) + "0" * 24 + address.lower().removeprefix("0x")


def _number(said: str) -> int:
    """0 of an empty answer: there was no contract then."""
    try:
        return int(said, 16) if said != "0x" else 0
    except ValueError as error:
        raise OutcomeUnknown("A node's number is not one.") from error
