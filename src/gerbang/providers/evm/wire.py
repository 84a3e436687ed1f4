"""JSON-RPC 2.0 of an Ethereum node, as far as we read it. Types only; numbers are hex text (quantities), hashes and data hex bytes."""

from typing import Any

import msgspec


class Question(msgspec.Struct, frozen=True):
    """One call of a request or a batch."""

    method: str
    params: tuple[Any, ...]
    id: int = 1
    jsonrpc: str = "2.0"


class Refusal(msgspec.Struct, frozen=True):
    """A node's `error` member."""

    code: int = 0
    message: str = ""


class Reply(msgspec.Struct, frozen=True):
    """One answer; `result` stays raw until somebody knows what it is."""

    id: int | str | None = None
    result: msgspec.Raw = msgspec.Raw(b"null")
    error: Refusal | None = None


class Log(msgspec.Struct, frozen=True, rename="camel"):
    address: str
    topics: tuple[str, ...]
    data: str
    log_index: str
    transaction_hash: str
    removed: bool = False


class MinedReceipt(msgspec.Struct, frozen=True, rename="camel"):
    transaction_hash: str
    block_hash: str
    block_number: str
    status: str
    logs: tuple[Log, ...]


class Transaction(msgspec.Struct, frozen=True, rename="camel"):
    """`to` is null where a contract is made."""

    hash: str
    value: str
    sender: str = msgspec.field(name="from")
    to: str | None = None


class Block(msgspec.Struct, frozen=True):
    """A block without its transactions' insides."""

    hash: str
    number: str
    timestamp: str


class FullBlock(msgspec.Struct, frozen=True):
    """A block with its transactions."""

    number: str
    transactions: tuple[Transaction, ...]
