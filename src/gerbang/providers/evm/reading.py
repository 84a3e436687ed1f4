"""What a mined transaction moved, strictly read: standard Transfer logs and the native coin. Whatever else is in it is ignored. Pure."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from gerbang.base.http import OutcomeUnknown
from gerbang.ports.chain import NATIVE_LOG, Block, Receipt, Transfer
from gerbang.providers.evm import wire

# the topic of the event Transfer(address,address,uint256)
TRANSFER: Final = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
_WORD: Final = re.compile(r"0x[0-9a-f]{64}")
_ADDRESS_WORD: Final = re.compile(r"0x0{24}[0-9a-f]{40}")


def receipt(mined: wire.MinedReceipt, transaction: wire.Transaction, block: wire.Block) -> Receipt:
    """A transaction as the chain has it. A reverted one moved nothing, whatever its value says."""
    succeeded = int(mined.status, 16) == 1
    at = datetime.fromtimestamp(int(block.timestamp, 16), UTC)
    place = (mined.transaction_hash.lower(), int(mined.block_number, 16), mined.block_hash.lower(), at)
    moved = tuple(_moved(mined, transaction, place)) if succeeded else ()
    return Receipt(
        transaction=place[0], succeeded=succeeded, block=place[1], block_hash=place[2], at=at, transfers=moved
    )


def block(said: wire.Block) -> Block:
    """A block's place and time; OutcomeUnknown when a number of it is none."""
    try:
        at = datetime.fromtimestamp(int(said.timestamp, 16), UTC)
        return Block(int(said.number, 16), said.hash.lower(), at)
    except (ValueError, OverflowError) as error:
        raise OutcomeUnknown("A node's answer has a number that is none.") from error


def address_word(address: str) -> str:
    """An address as a topic: 32 bytes."""
    return "0x" + "0" * 24 + address.lower().removeprefix("0x")


def is_transfer(log: wire.Log) -> bool:
    """A standard ERC-20 Transfer: three topics, addresses that are addresses, one word of data. An NFT's has four topics."""
    topics = [topic.lower() for topic in log.topics]
    return (
        len(topics) == 3
        and topics[0] == TRANSFER
        and all(_ADDRESS_WORD.fullmatch(topic) for topic in topics[1:])
        and _WORD.fullmatch(log.data.lower()) is not None
        and not log.removed
    )


def pays_natively(transaction: wire.Transaction, recipients: frozenset[str]) -> bool:
    """Whether a transaction itself carries some of the coin to one of these addresses."""
    return (transaction.to or "").lower() in recipients and int(transaction.value, 16) > 0


def _moved(
    mined: wire.MinedReceipt, transaction: wire.Transaction, place: tuple[str, int, str, datetime]
) -> Iterator[Transfer]:
    hash_, block, block_hash, at = place
    value = int(transaction.value, 16)
    if value and transaction.to:
        sender, to = transaction.sender.lower(), transaction.to.lower()
        yield Transfer(
            transaction=hash_,
            log=NATIVE_LOG,
            contract="",
            sender=sender,
            recipient=to,
            amount=value,
            block=block,
            block_hash=block_hash,
            at=at,
        )
    for log, index in _numbered(mined.logs):
        amount = int(log.data, 16)
        if amount:  # a transfer of nothing is bait, and moves nothing
            sender, to = _address(log.topics[1]), _address(log.topics[2])
            yield Transfer(
                transaction=hash_,
                log=index,
                contract=log.address.lower(),
                sender=sender,
                recipient=to,
                amount=amount,
                block=block,
                block_hash=block_hash,
                at=at,
            )


def _numbered(logs: Sequence[wire.Log]) -> Iterator[tuple[wire.Log, int]]:
    """The transfers with their place inside the transaction: a node numbers logs through the block, which a reorg changes."""
    for index, log in enumerate(sorted(logs, key=lambda log: int(log.log_index, 16))):
        if is_transfer(log):
            yield log, index


def _address(topic: str) -> str:
    return "0x" + topic.lower()[-40:]


def checked(mined: wire.MinedReceipt, transaction: wire.Transaction | None, block: wire.Block | None) -> Receipt:
    """The same, when all three parts are of one moment; OutcomeUnknown when the chain changed between the questions."""
    if transaction is None or block is None or block.hash.lower() != mined.block_hash.lower():
        raise OutcomeUnknown("The chain changed while it was read.")
    try:
        return receipt(mined, transaction, block)
    except (ValueError, OverflowError) as error:
        raise OutcomeUnknown("A node's answer has a number that is none.") from error
