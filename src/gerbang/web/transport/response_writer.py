"""Writing one answer to one request: head and body in one write where the length is known. What to answer is the gateway's matter."""

from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

_HEAD_ONLY: Final = frozenset({204, 304})


class ResponseWriter(RequestResponseCycle):
    """uvicorn's request-response cycle with a quicker `send`; tells the connection which cycle was answered."""

    _head: bytes = b""

    async def send(self, message: Any) -> None:
        """ASGI's send. Raises RuntimeError for messages out of order, a header with a line break, or a wrong length."""
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        if not self.response_started:
            self._begin(message)
        elif not self.response_complete:
            self._write(message.get("body", b""), more=message.get("more_body", False))
        else:
            raise RuntimeError(f"Unexpected ASGI message {message['type']!r} after the end of the answer.")

    def answer(self, status: int, head: bytes, body: bytes) -> bool:
        """A whole answer at once, its header lines ready made; False when only `send` can do it now, and nothing was written."""
        if self.response_started or not self.keep_alive or self.flow.write_paused or self.scope["method"] == "HEAD":
            return False
        if self.disconnected:
            return True
        self.response_started = self.response_complete = True
        self.waiting_for_100_continue = False
        date = b"".join([b"%b: %b\r\n" % pair for pair in self.default_headers])
        self.transport.write(b"%b%b%b\r\n%b" % (STATUS_LINE[status], date, head, body))
        self.message_event.set()
        self.on_response(self)
        return True

    def _begin(self, message: Any) -> None:
        status: int = message["status"]
        headers = [*self.default_headers, *message.get("headers", ())]
        lines = [STATUS_LINE[status]]
        closes = False
        for name, value in headers:
            if name == b"content-length":
                self.expected_content_length = int(value)
                self.chunked_encoding = False
            elif name == b"connection" and value == b"close":
                self.keep_alive, closes = False, True
            lines += (name, b": ", value, b"\r\n")
        if not self.keep_alive and not closes:
            lines.append(b"connection: close\r\n")
        if self.chunked_encoding is None and self.scope["method"] != "HEAD" and status not in _HEAD_ONLY:
            self.chunked_encoding = self.scope["http_version"] == "1.1"
            if self.chunked_encoding:
                lines.append(b"transfer-encoding: chunked\r\n")
            else:
                self.keep_alive = False
        lines.append(b"\r\n")
        head = b"".join(lines)
        breaks = 2 + len(headers) + (not self.keep_alive and not closes) + bool(self.chunked_encoding)
        if head.count(b"\n") != breaks or head.count(b"\r") != breaks:
            raise RuntimeError("A header of the answer holds a line break.")
        self.response_started = True
        self.waiting_for_100_continue = False
        if self.chunked_encoding:
            self.transport.write(head)  # a stream's first byte may be long in coming
        else:
            self._head = head

    def _write(self, body: bytes, *, more: bool) -> None:
        if self.scope["method"] == "HEAD":
            self.expected_content_length = 0
            body = b""
        elif self.chunked_encoding:
            chunk = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
            body = chunk if more else chunk + b"0\r\n\r\n"
        elif self.chunked_encoding is False and self.scope["http_version"] != "1.0":
            self.expected_content_length -= len(body)
            if self.expected_content_length < 0 or (not more and self.expected_content_length):
                raise RuntimeError("The answer is not as long as its Content-Length says.")
        self.transport.write(self._head + body if self._head else body)
        self._head = b""
        if not more:
            self.response_complete = True
            self.message_event.set()
            self.on_response(self)
