"""Asking one node: JSON-RPC over the one HTTP client, batches, and what its refusals mean. Which node is asked is in nodes.py.

Everything asked here only reads, so a question may always be asked again. A node that is asked too often says so, and is left alone for
as long as it wants; one that takes no batches, or only small ones, gets what it takes.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Any, Final, TypeVar

import msgspec

from gerbang.base.http import Answer, AnswerTooLong, Http, OutcomeUnknown, ProviderRefused
from gerbang.providers.evm.account import Node
from gerbang.providers.evm.wire import Question, Refusal, Reply

_HEADERS: Final = {"content-type": "application/json", "accept": "application/json"}
_ANSWER_BYTES: Final = 16 << 20  # a full block of a busy chain is several megabytes
_AT_ONCE: Final = 20  # questions in one batch: what small plans still take
_TAKEN_IN_A_ROW: Final = 50  # batches after which a larger one is tried again
_LONGEST_WAIT_S: Final = 5.0  # for a node that wants a pause; a longer one is kept without waiting for it
_LONGEST_REST_S: Final = 60.0
_NOT_OURS: Final = frozenset({-32700, -32600, -32601, -32602})  # we or the node speak another language
_BUSY: Final = (
    "too many requests",
    "rate limit",
    "rate-limit",
    "ratelimit",
    "rate exceeded",
    "request rate",
    "request limit",
    "requests per",
    "per second",
    "/second",
    "/sec",
    "compute units",
    "throughput",
    "throttl",
    "request count",
    "retry in",
    "try again in",
)
_ABOUT_SIZE: Final = (
    "block range",
    "range limit",
    "blocks range",
    "results",
    "response size",
    "too large",
    "10000",
    "10k logs",
)
_TOO_MUCH: Final = (
    "more than",
    "too many",
    "too large",
    "limit exceeded",
    "exceeds",
    "block range",
    "range limit",
    "response size",
    "max results",
)
_encode: Final = msgspec.json.Encoder().encode
_one: Final = msgspec.json.Decoder(Reply)
_many: Final = msgspec.json.Decoder(tuple[Reply, ...])

T = TypeVar("T")


class TooMuch(OutcomeUnknown):
    """The node will not answer so much at once: ask for less."""


class Busy(OutcomeUnknown):
    """The node is asked too often: ask later, or another one."""


class Client:
    """The pool of connections, and what each node was found to bear: the size of a batch, and until when it wants to be left alone."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self._batches: dict[str, int] = {}
        self._taken: dict[str, int] = {}
        self._rest_until: dict[str, float] = {}
        self._rest_s: dict[str, float] = {}

    async def ask(self, node: Node, method: str, params: tuple[Any, ...], kind: type[T]) -> T:
        """One question. Raises Unreachable, OutcomeUnknown, TooMuch, Busy or ProviderRefused."""
        (reply,) = await self.ask_each(node, [(method, params)])
        return result(reply, kind)

    async def ask_each(self, node: Node, calls: Sequence[tuple[str, tuple[Any, ...]]]) -> Sequence[Reply]:
        """Several questions in batches; the answers in the same order, refusals among them, but for Busy, which is raised."""
        found: list[Reply] = []
        while len(found) < len(calls):
            size = self._batches.get(node.url, _AT_ONCE)
            part = calls[len(found) : len(found) + size]
            questions = [Question(method, params, number) for number, (method, params) in enumerate(part, start=1)]
            found += await self._batch(node, questions)
        return found

    async def _batch(self, node: Node, questions: Sequence[Question]) -> Sequence[Reply]:
        """One batch; a node that does not take it whole gets halves, down to single questions, and later batches of that size."""
        if len(questions) == 1:
            return [self._polite(node, await self._single(node, questions[0]))]
        try:
            replies = await self._whole(node, questions)
        except Busy:
            raise
        except (OutcomeUnknown, ProviderRefused):
            half = len(questions) // 2
            first = await self._batch(node, questions[:half])
            self._batches[node.url], self._taken[node.url] = half, 0
            return [*first, *await self._batch(node, questions[half:])]
        self._grow(node, len(questions))
        return [self._polite(node, replies[question.id]) for question in questions]

    async def _whole(self, node: Node, questions: Sequence[Question]) -> dict[int | str | None, Reply]:
        answer = await self._send(node, _encode(questions))
        if not answer.body.lstrip().startswith(b"["):
            raise _meaning(_decoded(answer, _one).error or Refusal())
        replies = {reply.id: reply for reply in _decoded(answer, _many)}
        missing = [question.id for question in questions if question.id not in replies]
        if missing:
            raise OutcomeUnknown(f"The node left {len(missing)} of {len(questions)} questions unanswered.")
        return replies

    def _grow(self, node: Node, size: int) -> None:
        limit = self._batches.get(node.url, _AT_ONCE)
        self._taken[node.url] = self._taken.get(node.url, 0) + 1
        if limit < _AT_ONCE and size == limit and self._taken[node.url] >= _TAKEN_IN_A_ROW:
            self._batches[node.url], self._taken[node.url] = min(_AT_ONCE, limit * 2), 0

    async def _single(self, node: Node, question: Question) -> Reply:
        answer = await self._send(node, _encode(question))
        reply = _decoded(answer, _one)
        if reply.error is None and (reply.id != question.id or answer.status >= 400):
            if answer.status >= 400:
                raise _status_meaning(answer)
            raise OutcomeUnknown("The node answered another question.")
        return reply

    def _polite(self, node: Node, reply: Reply) -> Reply:
        """The reply, unless it says that the node is asked too often: then it is left alone for a while."""
        if reply.error is not None and isinstance(meaning := _meaning(reply.error), Busy):
            self._leave_alone(node, "")
            raise meaning
        return reply

    async def _send(self, node: Node, body: bytes) -> Answer:
        wait_s = self._rest_until.get(node.url, 0.0) - time.monotonic()
        if wait_s > _LONGEST_WAIT_S:
            raise Busy(f"Node {node.place} wants to be left alone for {wait_s:.0f} s.")
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        try:
            answer = await self._http.send(
                "POST", node.url, headers=_HEADERS, body=body, timeout_s=node.timeout_s, limit_bytes=_ANSWER_BYTES
            )
        except AnswerTooLong as error:
            raise TooMuch(error.detail) from error
        if answer.status == 429 and not _about_size(_text(answer)):
            self._leave_alone(node, answer.headers.get("retry-after", ""))
            raise Busy(f"Node {node.place} is asked too often (HTTP 429).")
        if answer.status < 400:
            self._rest_s.pop(node.url, None)
        return answer

    def _leave_alone(self, node: Node, retry_after: str) -> None:
        """For as long as it says, or twice as long as the last time."""
        told = float(retry_after) if retry_after.isascii() and retry_after.isdigit() else 0.0
        rest_s = min(_LONGEST_REST_S, told or self._rest_s.get(node.url, 0.5) * 2)
        self._rest_s[node.url] = rest_s
        self._rest_until[node.url] = time.monotonic() + rest_s


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
        raise _status_meaning(answer) from error


def _status_meaning(answer: Answer) -> OutcomeUnknown | ProviderRefused:
    words = _text(answer)
    if answer.status == 413 or _about_size(words):
        return TooMuch(f"A node answered HTTP {answer.status}: too much at once.")
    if any(sign in words for sign in _BUSY):
        return Busy(f"A node is asked too often (HTTP {answer.status}).")
    if answer.status in {401, 403, 404, 405}:
        return ProviderRefused(f"A node answered HTTP {answer.status}.", hint="Check rpc_urls and the node key.")
    return OutcomeUnknown(f"A node answered HTTP {answer.status} with something else than JSON-RPC.")


def _meaning(refusal: Refusal) -> OutcomeUnknown | ProviderRefused:
    words = refusal.message.lower()
    if (refusal.code == 429 or any(sign in words for sign in _BUSY)) and not _about_size(words):
        return Busy(f"A node is asked too often ({refusal.code}).")
    if refusal.code == -32005 or any(sign in words for sign in _TOO_MUCH):
        return TooMuch(f"A node refused ({refusal.code}): too much at once.")
    if refusal.code in _NOT_OURS:
        return ProviderRefused(
            f"A node does not take this question ({refusal.code}).", hint="Use a node with the whole eth API."
        )
    return OutcomeUnknown(f"A node refused ({refusal.code}).")


def _about_size(words: str) -> bool:
    return any(sign in words for sign in _ABOUT_SIZE)


def _text(answer: Answer) -> str:
    return answer.body[:2_000].decode("utf-8", "replace").lower()
