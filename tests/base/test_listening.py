"""What cannot be listened on is said with the setting to mend."""

import socket

import pytest

from gerbang.base.listening import CannotListen, listener, refuse_unbindable

NAMED = ("GERBANG_HOST", "GERBANG_PORT")


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("192.0.2.7", "This machine has no address 192.0.2.7."),
        ("2001:db8::7", "This machine has no address 2001:db8::7."),
        ("nowhere.invalid", "GERBANG_HOST names no address: 'nowhere.invalid'."),
        ("http://127.0.0.1", "GERBANG_HOST names no address: 'http://127.0.0.1'."),
        ("a" * 70 + ".example", "GERBANG_HOST names no address"),
    ],
)
def test_an_address_that_this_machine_does_not_have_is_named(host: str, said: str) -> None:
    for attempt in (lambda: listener(host, 0, named=NAMED), lambda: refuse_unbindable(host, 0, named=NAMED)):
        with pytest.raises(CannotListen) as refused:
            attempt()
        assert refused.value.detail.startswith(said)
        assert "GERBANG_HOST" in (refused.value.hint or "")


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotListen, match=f"The port {port} on 127.0.0.1 is taken") as refused:
            listener("127.0.0.1", port, named=NAMED)
    assert "GERBANG_PORT" in (refused.value.hint or "")
