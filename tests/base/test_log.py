"""Logging: one line an event, readable by a machine, with nothing secret in it (R49)."""

import json
import logging
from typing import Any

import pytest
import structlog

from gerbang.base import log

CANARY = "canary-77aa01"


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    said = capsys.readouterr()
    assert said.out == "", "stdout belongs to the commands"
    return [json.loads(line) for line in said.err.splitlines()]


def test_an_event_is_one_json_line_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up("info")
    structlog.get_logger().info("payment.moved", payment="pay_1", to="paid", amount=150_000)
    (line,) = lines(capsys)
    assert (line["event"], line["payment"], line["to"], line["amount"]) == ("payment.moved", "pay_1", "paid", 150_000)
    assert line["level"] == "info"
    assert line["timestamp"].endswith("Z")


def test_the_standard_librarys_loggers_take_the_same_road(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up("info")
    logging.getLogger("uvicorn.error").warning("odd request from %s", "192.0.2.1")
    (line,) = lines(capsys)
    assert line["event"] == "odd request from 192.0.2.1"
    assert line["logger"] == "uvicorn.error"


def test_what_is_below_the_level_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up("warning")
    structlog.get_logger().info("quiet")
    assert lines(capsys) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"password": CANARY},
        {"Authorization": f"Bearer {CANARY}"},
        {"headers": {"Cookie": f"sid={CANARY}", "accept": "*/*"}},
        {"nested": [{"client_secret": CANARY}]},
        {"url": f"postgresql://app:{CANARY}@db/gerbang"},
        {"detail": f"key grb_{CANARY.replace('-', '_')} refused"},
        {"body": CANARY.encode()},
        {"text": f"sent Bearer {CANARY}"},
    ],
)
def test_nothing_secret_gets_through(fields: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    """R49"""
    log.set_up("info")
    structlog.get_logger().info("something", **fields)
    said = capsys.readouterr().err
    assert CANARY not in said
    assert CANARY.replace("-", "_") not in said
    assert "something" in said


def test_a_traceback_shows_no_local_variable_and_no_password_of_an_address(capsys: pytest.CaptureFixture[str]) -> None:
    """R49"""
    log.set_up("info", as_json=False)
    local = CANARY
    try:
        raise ConnectionError(f"postgresql://app:{local}@db/gerbang does not answer")
    except ConnectionError:
        structlog.get_logger().exception("database.lost")
    said = capsys.readouterr().err
    assert "does not answer" in said
    assert CANARY not in said


def test_names_that_only_sound_secret_are_kept(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up("info")
    structlog.get_logger().info("secret.read", secret_name="nicepay/key", secret_version=3, access_token_ttl_s=600)
    (line,) = lines(capsys)
    assert (line["secret_name"], line["secret_version"], line["access_token_ttl_s"]) == ("nicepay/key", 3, 600)


def test_a_logger_that_has_spoken_heeds_what_is_set_up_later(capsys: pytest.CaptureFixture[str]) -> None:
    spoken = structlog.get_logger()
    log.set_up("info")
    spoken.info("first")
    with structlog.testing.capture_logs() as heard:
        spoken.info("second")
    assert [line["event"] for line in heard] == ["second"]
    assert [line["event"] for line in lines(capsys)] == ["first"]
