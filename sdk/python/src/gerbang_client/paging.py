"""Lists that are longer than one answer: each item in turn, the next page fetched when it is needed."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Generic, TypeVar

from gerbang_client.calls import Call

T = TypeVar("T")


class Pages(Generic[T]):
    """Every item of a list, page by page. Iterate over it, or over `pages()` for what came in one answer."""

    def __init__(self, call: Call, send: Callable[[Call], Any]) -> None:
        self._call = call
        self._send = send

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from page

    def pages(self) -> Iterator[Sequence[T]]:
        """The items of each answer."""
        call: Call | None = self._call
        while call is not None:
            answer = self._send(call)
            yield answer["data"]
            call = after(call, answer)


class AsyncPages(Generic[T]):
    """The same, awaited: `async for` over it, or over `pages()`."""

    def __init__(self, call: Call, send: Callable[[Call], Awaitable[Any]]) -> None:
        self._call = call
        self._send = send

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.pages():
            for one in page:
                yield one

    async def pages(self) -> AsyncIterator[Sequence[T]]:
        """The items of each answer."""
        call: Call | None = self._call
        while call is not None:
            answer = await self._send(call)
            yield answer["data"]
            call = after(call, answer)


def after(call: Call, answer: Any) -> Call | None:
    """The call for the page behind this one; None behind the last."""
    cursor = answer.get("next_cursor")
    return replace(call, query={**call.query, "cursor": cursor}) if cursor else None
