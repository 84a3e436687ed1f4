"""The library apprise, kept small: loaded when first used (it is an extra, and would be heard in every start), silent, and in a thread with a time limit.

It answers yes or no, and says why only in its log: that is read here, in the sending thread, and goes nowhere else, for it holds addresses with tokens.
"""

import asyncio
import importlib
import logging
import re
import threading
from collections.abc import Callable
from concurrent.futures import Future
from enum import StrEnum
from typing import Any, Final, TypeVar

from gerbang.base.http import OutcomeUnknown, TurnedAway, Unreachable
from gerbang.providers.apprise.address import BadAddress

T = TypeVar("T")
_MISSING: Final = "Chats need the extra `chat`: pip install 'gerbang[chat]', then start Gerbang again."
_MOST_THREADS: Final = 16  # one that waits beyond the limit cannot be ended, so there are no more than these
_THREADS: Final = threading.BoundedSemaphore(_MOST_THREADS)
_CONNECT_S: Final = 3.0
_READ_S: Final = 10.0
_RETRY_S: Final = 10
_STATUS: Final = re.compile(r"\berror=([1-5][0-9]{2})\b")
_NOT_LEFT: Final = re.compile(r"NewConnectionError|ConnectTimeout|NameResolutionError|SSLCertVerificationError")


# `@everyone` wakes a whole room: a person's address of mail, which has letters before the sign, stays.
_MENTION: Final = re.compile(r"(?<![\w.+-])@(?=[\w&!])")
_BRACKETS: Final = str.maketrans("[]<>", "()‹›")


class Said(StrEnum):
    """What became of one message, as far as the library knows."""

    TAKEN = "taken"
    REFUSED = "refused"
    BUSY = "busy"
    NOT_LEFT = "not_left"
    UNKNOWN = "unknown"


class _Listener(logging.Handler):
    """Hears what the library says in this thread, and keeps of it the status and whether anything left."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self._thread = threading.get_ident()
        self.status = 0
        self.left = True

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            said = record.getMessage()
            self.status = int(found[1]) if (found := _STATUS.search(said)) else self.status
            self.left = self.left and not _NOT_LEFT.search(said)


def load(name: str) -> Any:
    """The library, with its log kept to itself. Raises Unreachable, whose words name the cure."""
    try:
        library = importlib.import_module(name)
    except ImportError:
        raise Unreachable(_MISSING) from None
    log = logging.getLogger(name)
    log.propagate = False
    log.setLevel(logging.DEBUG)
    logging.getLogger("urllib3").setLevel(logging.CRITICAL + 1)  # it tells whole paths
    return library


def room_of(library: Any, address: str) -> Any:
    """The one room that an address leads to; nothing is asked. Raises BadAddress."""
    asset = library.AppriseAsset(
        http_redirects=False, storage_mode=library.PersistentStoreMode.MEMORY, async_mode=False
    )
    room = library.Apprise.instantiate(address, asset=asset, suppress_exceptions=True)
    if room is None:
        raise BadAddress("is not what this kind of chat wants: see https://appriseit.com/services/")
    if len(room) != 1 or getattr(room, "template", None):
        raise BadAddress("must name exactly one room")
    room.verify_certificate, room.redirects = True, False
    room.socket_connect_timeout, room.socket_read_timeout = _CONNECT_S, _READ_S
    room.overflow_mode = library.OverflowMode.TRUNCATE  # one message and never its second half as another
    return room


def hand_over(library: Any, room: Any, title: str, text: str) -> Said:
    """Send one message; blocks."""
    log, listener = logging.getLogger(library.__name__), _Listener()
    form = library.NotifyFormat.TEXT
    if room.notify_format == library.NotifyFormat.MARKDOWN:
        # It takes nothing else, and the library would write a backslash into every address: what could be markup is made harmless here instead.
        form, title, text = library.NotifyFormat.MARKDOWN, _without_markup(title), _without_markup(text)
    title, text = _MENTION.sub("@\u200b", title), _MENTION.sub("@\u200b", text)
    log.addHandler(listener)
    try:
        if room.notify(body=text, title=title, body_format=form):
            return Said.TAKEN
    finally:
        log.removeHandler(listener)
    match listener.status:
        case 429:
            return Said.BUSY
        case status if 300 <= status < 500:
            return Said.REFUSED
        case 0 if not listener.left:
            return Said.NOT_LEFT
        case _:
            return Said.UNKNOWN


def _without_markup(text: str) -> str:
    """Whoever buys writes words of ours: no link of theirs, and nobody named, by brackets. Addresses stay as they are."""
    return re.sub(r"\S+", lambda word: word[0] if word[0].startswith("http") else word[0].translate(_BRACKETS), text)


async def in_thread(work: Callable[[], T], limit_s: float) -> T:
    """What `work` returns, from a thread of its own that no end of the process waits for. Raises OutcomeUnknown where it takes too long or breaks."""
    if not _THREADS.acquire(blocking=False):
        raise TurnedAway("Too many chats have not answered yet.", retry_after_s=_RETRY_S)
    future: Future[T] = Future()
    future.set_running_or_notify_cancel()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001  whoever waits is told, whatever it is
            future.set_exception(error)
        finally:
            _THREADS.release()

    threading.Thread(target=run, name="chat", daemon=True).start()
    try:
        async with asyncio.timeout(limit_s):
            return await asyncio.wrap_future(future)
    except TimeoutError:
        raise OutcomeUnknown(f"The chat did not answer within {limit_s:g} s.") from None
    except (BadAddress, Unreachable):
        raise
    except Exception as error:  # noqa: BLE001  the words of a stranger's error may hold the address
        raise OutcomeUnknown(f"Sending to the chat broke: {type(error).__name__}.") from None
