"""Chats through apprise, against a receiver on a real socket: what is taken, what is refused and why, and that no address is told to anybody."""

import io
import json
import logging
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from gerbang.base.errors import UpstreamFailed
from gerbang.base.http import Http, OutcomeUnknown, TargetRefused, TurnedAway, Unreachable
from gerbang.base.target_policy import TargetPolicy, read_private_targets
from gerbang.ports.messenger import ChatMessage, Refused, Why
from gerbang.ports.payment import Account
from gerbang.providers.apprise import address
from gerbang.providers.apprise.adapter import AppriseMessenger, probe

TOKEN = "t0ken-that-nobody-reads"
MESSAGE = ChatMessage("Uang ditahan", "Pembayaran pay_1 menunggu.\nhttps://bayar.toko.example/console", "id")
NOW = datetime(2026, 3, 4, tzinfo=UTC)


class Receiver(ThreadingHTTPServer):
    """Keeps what it got, and answers as told; status 0 is no answer for a while."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[dict[str, Any]] = []
        self.status = 200
        self.location = ""


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        self.server.got.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        if not self.server.status:
            time.sleep(0.5)
            return
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("location", self.server.location)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_args: Any) -> None:
        """Not among the tests' words."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def to(text: str) -> Account:
    return Account("chat-team", False, {}, {"address": [text.encode()]})


def room(receiver: Receiver) -> Account:
    return to(f"json://127.0.0.1:{receiver.server_port}/{TOKEN}")


def messenger(*allowed: str, **more: Any) -> AppriseMessenger:
    return AppriseMessenger(Http(policy=TargetPolicy(read_private_targets(allowed))), **more)


async def test_a_message_arrives_once_with_its_title_and_its_lines(receiver: Receiver) -> None:
    await messenger("127.0.0.1").send(room(receiver), MESSAGE)
    assert [(one["title"], one["message"]) for one in receiver.got] == [(MESSAGE.title, MESSAGE.text)]


@pytest.mark.parametrize(
    ("status", "error"),
    [(403, Refused), (404, Refused), (429, TurnedAway), (500, OutcomeUnknown), (503, OutcomeUnknown)],
)
async def test_an_answer_says_whether_it_may_be_sent_again(
    receiver: Receiver, status: int, error: type[UpstreamFailed]
) -> None:
    receiver.status = status
    with pytest.raises(error):
        await messenger("127.0.0.1").send(room(receiver), MESSAGE)
    assert len(receiver.got) == 1


async def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.status, receiver.location = 307, f"http://127.0.0.1:{receiver.server_port}/elsewhere"
    with pytest.raises(Refused):
        await messenger("127.0.0.1").send(room(receiver), MESSAGE)
    assert len(receiver.got) == 1


async def test_no_answer_in_time_is_an_outcome_that_nobody_knows(receiver: Receiver) -> None:
    slow = messenger("127.0.0.1", limit_s=0.3)
    await slow.open(room(receiver))  # the library is loaded
    receiver.status = 0
    with pytest.raises(OutcomeUnknown):
        await slow.send(room(receiver), MESSAGE)


async def test_nobody_at_home_is_unreachable() -> None:
    with pytest.raises(Unreachable):
        await messenger("127.0.0.1").send(to(f"json://127.0.0.1:6999/{TOKEN}"), MESSAGE)


@pytest.mark.parametrize(
    "text",
    [
        "json://127.0.0.1:{port}/",
        "json://localhost:{port}/",
        "jsons://[::1]:{port}/",
        "mmost://10.1.2.3:8065/abcdefghijklmnopqrstuvwxyz",
        "jsons://169.254.169.254/",
        "json://93.184.215.14:8080/",
    ],
)
async def test_a_private_machine_that_nobody_allowed_is_not_called(receiver: Receiver, text: str) -> None:
    """Nor a public one without TLS."""
    with pytest.raises(TargetRefused):
        await messenger().send(to(text.format(port=receiver.server_port)), MESSAGE)
    assert receiver.got == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mailto://user:pass@gmail.com",
        "file:///etc/passwd",
        "dbus://",
        "syslog://",
        "windows://",
        "smtp://relay.example",
        "https://hooks.slack.com/services/a/b/c",
        "json://shop.example json://other.example",
        "json://shop.example/?verify=no",
        "json://shop.example/?%76erify=no",
        "json://shop.example/?a:b=c;redirect=yes",
        "tgram://123456789:abcdefg_hijklmnop-qrstuvwx_abcdefghi/1/?template=/etc/passwd",
        "jsons://shop.example/?retry=5",
    ],
)
def test_what_is_no_chat_or_more_than_one_is_refused_without_its_words(text: str) -> None:
    with pytest.raises(address.BadAddress) as refused:
        address.service_of(text)
    assert not text or text not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general", "https://hooks.slack.com/"),
        ("tgram://123456789:abcdefg_hijklmnop-qrstuvwx_abcdefghi/12315544/", "https://api.telegram.org/"),
        ("workflows://prod-1.logic.azure.com:443/workflow/signature/", "https://prod-1.logic.azure.com:443/"),
        ("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", "https://discord.com/"),
        ("mmosts://chat.example/abcdefghijklmnopqrstuvwxyz", "https://chat.example/"),
    ],
)
def test_the_machine_that_is_judged_is_the_one_that_is_called(text: str, target: str) -> None:
    messenger_ = messenger()
    _, found = messenger_._read(text)
    assert target in address.targets(address.service_of(text), found)


async def test_two_rooms_in_one_address_are_refused_for_one_of_them_might_be_told_twice() -> None:
    two = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general/#money"
    with pytest.raises(Refused) as refused:
        await messenger().send(to(two), MESSAGE)
    assert (refused.value.why, "#money" in refused.value.detail) == (Why.CONFIGURATION, False)


async def test_where_the_extra_is_missing_the_error_names_the_cure() -> None:
    with pytest.raises(Unreachable) as missing:
        await messenger(library="apprise_that_is_not_here").send(to("jsons://shop.example/"), MESSAGE)
    assert "pip install 'gerbang[chat]'" in missing.value.detail


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What the product's own handler, which is the root's, would write at its most talkative."""
    root, kept = logging.getLogger(), io.StringIO()
    handler, level = logging.StreamHandler(kept), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield kept
    root.removeHandler(handler)
    root.setLevel(level)


async def test_no_log_and_no_error_tells_the_address(receiver: Receiver, logged: io.StringIO) -> None:
    await messenger("127.0.0.1").send(room(receiver), MESSAGE)
    for status in (500, 404):
        receiver.status = status
        with pytest.raises(UpstreamFailed) as failed:
            await messenger("127.0.0.1").send(room(receiver), MESSAGE)
        assert (TOKEN in failed.value.detail, failed.value.__cause__) == (False, None)
    assert len(receiver.got) == 3
    assert TOKEN not in logged.getvalue()


async def test_the_connection_is_checked_without_a_message(receiver: Receiver) -> None:
    allowed = Http(policy=TargetPolicy(read_private_targets(["127.0.0.1"])))
    found = [await probe(http, room(receiver), NOW) for http in (allowed, Http(policy=TargetPolicy()))]
    assert [one.good for (one,) in found] == [None, False]
    assert receiver.got == []


@pytest.mark.parametrize("scheme", ["rocket", "json"])
async def test_an_address_arrives_byte_for_byte_and_nobody_is_woken_by_a_description(
    receiver: Receiver, scheme: str
) -> None:
    link = "https://127.0.0.1:8000/console/payments/pay_01M8_Q"
    said = ChatMessage("Uang", f"@everyone [x](http://evil.example) ana@toko.example\n{link}", "id")
    host = f"127.0.0.1:{receiver.server_port}"
    where = f"rocket://{'a' * 24}/{'b' * 24}@{host}/#ops" if scheme == "rocket" else f"json://{host}/{TOKEN}"
    await messenger("127.0.0.1").send(to(where), said)
    (got,) = receiver.got
    text = got["text" if scheme == "rocket" else "message"]
    assert link in text
    assert "@everyone" not in text
    assert "ana@toko.example" in text
    assert ("[x]" in text) is (scheme == "json"), "where it is markup it is none"


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("slack://a/b/c,slack://d/e/f", "not several"),
        ("slack://a/b/c slack://d/e/f", "without blanks"),
        ("https://hooks.slack.com/services/a/b/c", "slack://"),
        ("https://prod-1.westus.logic.azure.com:443/workflows/abc?sig=xyz", "workflows://"),
        ("smtp://relay.example", "must begin with one of"),
    ],
)
def test_a_refused_address_names_its_own_cure(text: str, cure: str) -> None:
    with pytest.raises(address.BadAddress, match=cure):
        address.service_of(text)
