"""A node of a chain on which nothing ever happens: a block every two seconds, no transfer in any. For connections that look at a chain."""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

NETWORK: Final = "growth"
CHAIN_ID: Final = 7_777
_EVERY_S: Final = 2
_FINAL_AFTER: Final = 64


@contextlib.contextmanager
def running() -> Iterator[str]:
    """The node's address, for the length of the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Node)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


class _Node(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """One question, or a batch of them."""
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        answer = json.dumps([_reply(one) for one in asked] if isinstance(asked, list) else _reply(asked)).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Nothing is said of a question."""


def _reply(question: dict[str, Any]) -> dict[str, Any]:
    newest = int(time.time()) // _EVERY_S
    match question["method"]:
        case "eth_chainId":
            result: Any = hex(CHAIN_ID)
        case "eth_blockNumber":
            result = hex(newest)
        case "eth_getBlockByNumber":
            named = {"latest": newest, "finalized": newest - _FINAL_AFTER}
            wanted = question["params"][0]
            result = _block(named[wanted] if wanted in named else int(wanted, 16))
        case "eth_getLogs":
            result = []
        case _:
            return {"jsonrpc": "2.0", "id": question["id"], "error": {"code": -32601, "message": "not here"}}
    return {"jsonrpc": "2.0", "id": question["id"], "result": result}


def _block(number: int) -> dict[str, Any]:
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    return {"hash": f"0x{digest}", "number": hex(number), "timestamp": hex(number * _EVERY_S), "transactions": []}
