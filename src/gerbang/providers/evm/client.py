"""Asking one node: JSON-RPC over the one HTTP client, batches, and what its refusals mean. Which node is asked is in nodes.py.

Everything asked here only reads, so a question may always be asked again.
"""

from collections.abc import Sequence
from typing import Any, Final, TypeVar

import msgspec

from gerbang.base.http import Answer, AnswerTooLong, Http, OutcomeUnknown, ProviderRefused
from gerbang.providers.evm.account import Node
from gerbang.providers.evm.wire import Question, Refusal, Reply

_HEADERS: Final = {"content-type": "application/json", "accept": "application/json"}
_ANSWER_BYTES: Final = 16 << 20  # a full block of a busy chain is several megabytes
_AT_ONCE: Final = 20  # questions in one batch: what small plans still take
_NOT_OURS: Final = frozenset({-32700, -32600, -32601, -32602})  # we or the node speak another language
_TOO_MUCH: Final = (
    "more than", "too many", "too large", "limit exceeded", "exceeds the", "block range", "range limit", "response size", "max results",
)  # fmt: skip
_encode: Final = msgspec.json.Encoder().encode
_one: Final = msgspec.json.Decoder(Reply)
_many: Final = msgspec.json.Decoder(tuple[Reply, ...])

T = TypeVar("T")


class TooMuch(OutcomeUnknown):
    """The node will not answer so much at once: ask for less."""


class Client:
    """Stateless but for the pool of connections."""

    def __init__(self, http: Http) -> None:
        self._http = http

    async def ask(self, node: Node, method: str, params: tuple[Any, ...], kind: type[T]) -> T:
        """One question. Raises Unreachable, OutcomeUnknown, TooMuch or ProviderRefused."""
        (reply,) = await self.ask_each(node, [(method, params)])
        return result(reply, kind)

    async def ask_each(self, node: Node, calls: Sequence[tuple[str, tuple[Any, ...]]]) -> Sequence[Reply]:
        """Several questions in batches; the answers in the same order, refusals among them."""
        found: list[Reply] = []
        for start in range(0, len(calls), _AT_ONCE):
            part = calls[start : start + _AT_ONCE]
            questions = [Question(method, params, number) for number, (method, params) in enumerate(part, start=1)]
            found += await self._batch(node, questions)
        return found

    async def _batch(self, node: Node, questions: Sequence[Question]) -> Sequence[Reply]:
        if len(questions) == 1:
            return [await self._single(node, questions[0])]
        answer = await self._send(node, _encode(questions))
        if not answer.body.lstrip().startswith(b"["):  # a node that knows no batches answers with one refusal
            return [await self._single(node, question) for question in questions]
        replies = {reply.id: reply for reply in _decoded(answer, _many)}
        missing = [question.id for question in questions if question.id not in replies]
        if missing:
            raise OutcomeUnknown(f"The node left {len(missing)} of {len(questions)} questions unanswered.")
        return [replies[question.id] for question in questions]

    async def _single(self, node: Node, question: Question) -> Reply:
        reply = _decoded(await self._send(node, _encode(question)), _one)
        if reply.id != question.id and reply.error is None:
            raise OutcomeUnknown("The node answered another question.")
        return reply

    async def _send(self, node: Node, body: bytes) -> Answer:
        try:
            return await self._http.send(
                "POST", node.url, headers=_HEADERS, body=body, timeout_s=node.timeout_s, limit_bytes=_ANSWER_BYTES
            )
        except AnswerTooLong as error:
            raise TooMuch(error.detail) from error


def result(reply: Reply, kind: type[T]) -> T:
    """What a reply says, as `kind`; raises what its refusal means."""
    if reply.error is not None:
        raise _meaning(reply.error)
    try:
        return msgspec.json.decode(reply.result, type=kind)
    except msgspec.DecodeError as error:
        raise OutcomeUnknown("The node's answer is not what Ethereum's API describes.") from error


def found(reply: Reply, kind: type[T]) -> T | None:
    """What a reply says, as `kind`, or None where the node knows of nothing."""
    if reply.error is None and bytes(reply.result) == b"null":
        return None
    return result(reply, kind)


def _decoded(answer: Answer, decoder: msgspec.json.Decoder[T]) -> T:
    """JSON-RPC first, whatever the status: several node services refuse with 4xx and say why in it."""
    try:
        return decoder.decode(answer.body)
    except msgspec.DecodeError as error:
        raise _status_meaning(answer.status) from error


def _status_meaning(status: int) -> OutcomeUnknown | ProviderRefused:
    if status in {401, 403, 404, 405}:
        return ProviderRefused(f"A node answered HTTP {status}.", hint="Check rpc_urls and the node key.")
    if status == 413:
        return TooMuch("A node answered HTTP 413.")
    return OutcomeUnknown(f"A node answered HTTP {status} with something else than JSON-RPC.")


def _meaning(refusal: Refusal) -> OutcomeUnknown | ProviderRefused:
    words = refusal.message.lower()
    if refusal.code == -32005 or any(sign in words for sign in _TOO_MUCH):
        return TooMuch(f"A node refused ({refusal.code}): too much at once.")
    if refusal.code in _NOT_OURS:
        return ProviderRefused(
            f"A node does not take this question ({refusal.code}).", hint="Use a node with the whole eth API."
        )
    return OutcomeUnknown(f"A node refused ({refusal.code}).")
