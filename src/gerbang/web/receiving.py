"""A request's body as it arrives: read whole within a limit, and handed on to the framework."""

from collections.abc import Awaitable, Callable
from typing import Any

from gerbang.web.exchange import Exchange
from gerbang.web.policy import Body
from gerbang.web.problems import BodyTooLarge, Malformed


async def read_body(exchange: Exchange, limit: int) -> bytes:
    """The whole body, never more than the limit; what Content-Length says is only believed when it is too much."""
    told = exchange.headers.get(b"content-length", b"0")
    if int(told) > limit:
        raise BodyTooLarge(f"At most {limit} bytes.")
    message = await exchange.receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        body: bytes = message["body"]
    else:
        parts, size = [], 0
        while True:
            if message["type"] != "http.request":
                raise Malformed("The connection ended before the body did.")
            parts.append(message["body"])
            size += len(message["body"])
            if size > limit or not message.get("more_body"):
                break
            message = await exchange.receive()
        body = b"".join(parts)
    if len(body) > limit:
        raise BodyTooLarge(f"At most {limit} bytes.")
    return body


def body_again(exchange: Exchange) -> Callable[[], Awaitable[Any]]:
    """A `receive` for the framework: the body that was read, then whatever the connection says."""
    told = False

    async def receive() -> Any:
        nonlocal told
        if told or (exchange.row is not None and exchange.row.body is Body.NONE):
            return await exchange.receive()
        told = True
        return {"type": "http.request", "body": exchange.body, "more_body": False}

    return receive
