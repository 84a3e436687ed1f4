"""Logging: events with fields, to stderr, as JSON lines or coloured text; what looks secret never gets through, and a failure
that lasts is said ever more rarely (`repeats`).

Call `set_up` once per process. Everywhere else: `log = structlog.get_logger()` and `log.info("payment.moved", payment=…)`.
"""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any, Final

import msgspec
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from gerbang.base.card_numbers import masked
from gerbang.base.log_repeats import LogRepeats

HIDDEN: Final = "[hidden]"
_SECRET_NAME: Final = re.compile(
    r"pass(word|wd|phrase)|secret|token|authori[sz]ation|cookie|api_?key|private_?key|root_?key|signature|credential|dsn|otp|cvv|pan$",
    re.IGNORECASE,
)
_HARMLESS_NAME: Final = re.compile(r"(_ttl_s|_count|_id|_name|_version|_type|_expires_at)$", re.IGNORECASE)
_SECRET_TEXT: Final = re.compile(
    r"(?P<url>://[^:/@\s]*:)[^@\s/]+(?=@)"  # user:password@ in an address
    r"|\bgrb_\w+"  # our API keys
    r"|\beyJ[\w-]+\.[\w-]+\.[\w-]+"  # JSON web tokens
    r"|(?P<scheme>\b(?:Bearer|Basic)\s+)[\w.~+/=-]{8,}",
)
_DEEPEST: Final = 6


def set_up(level: str = "info", *, as_json: bool = True) -> None:
    """Send structlog and the standard library's loggers (uvicorn, asyncio …) through one road to stderr."""
    named: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
    ]
    shown: list[Processor] = [
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,  # the plain traceback: it shows no local variables
        hide_secrets,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *named,
            LogRepeats(),
            *shown,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    last: Processor = structlog.processors.JSONRenderer(serializer=_to_json) if as_json else _for_people()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*named, *shown],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in ("uvicorn.access", "asyncio", "aiosmtpd", "mail.log"):
        logging.getLogger(noisy).setLevel("WARNING")
    for captured in ("uvicorn", "uvicorn.error"):
        logging.getLogger(captured).handlers.clear()
        logging.getLogger(captured).propagate = True


def hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace the value of every field whose name sounds secret, and known shapes of secrets inside texts, at any depth."""
    for name, value in event.items():
        event[name] = _clean(name, value, 0)
    return event


def _clean(name: str, value: object, depth: int) -> object:
    if isinstance(value, bool | int | float) or value is None or name.startswith("_"):
        return value
    if _SECRET_NAME.search(name) and not _HARMLESS_NAME.search(name):
        return HIDDEN
    match value:
        case str():
            return hide_in_text(value)
        case bytes() | bytearray() | memoryview():
            return f"[{len(value)} bytes]"
        case Mapping() if depth < _DEEPEST:
            return {str(key): _clean(str(key), inner, depth + 1) for key, inner in value.items()}
        case Sequence() if depth < _DEEPEST:
            return [_clean("", inner, depth + 1) for inner in value]
        case _:
            return hide_in_text(str(value))


def hide_in_text(text: str) -> str:
    """The text without passwords in addresses, API keys, tokens, Authorization values and card numbers."""
    return masked(_SECRET_TEXT.sub(lambda found: f"{found['url'] or found['scheme'] or ''}{HIDDEN}", text))


def _to_json(event: MutableMapping[str, Any], **_ignored: object) -> str:
    return msgspec.json.encode(event, enc_hook=str).decode()


def _for_people() -> Processor:
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback, pad_event_to=28
    )
