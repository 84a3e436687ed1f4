"""A request's body as it arrives: read whole within a limit, and handed on to the framework."""

from collections.abc import Awaitable, Callable
from typing import Any

from gerbang.web.gateway.request_context import RequestContext
from gerbang.web.policy_rows import Body
from gerbang.web.problems import BodyTooLarge, Malformed


async def read_body(context: RequestContext, limit: int) -> bytes:
    """The whole body, never more than the limit; what Content-Length says is only believed when it is too much."""
    told = context.headers.get(b"content-length", b"0")
    if int(told) > limit:
        raise BodyTooLarge(f"At most {limit} bytes.")
    message = await context.receive()
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
            message = await context.receive()
        body = b"".join(parts)
    if len(body) > limit:
        raise BodyTooLarge(f"At most {limit} bytes.")
    return body


def body_again(context: RequestContext) -> Callable[[], Awaitable[Any]]:
    """A `receive` for the framework: the body that was read, then whatever the connection says."""
    told = False

    async def receive() -> Any:
        nonlocal told
        if told or (context.row is not None and context.row.body is Body.NONE):
            return await context.receive()
        told = True
        return {"type": "http.request", "body": context.body, "more_body": False}

    return receive
