"""What the load generator takes for a whole answer. No sockets here."""

import pytest

from bench.load.answers import read_answer

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


@pytest.mark.parametrize("cut", range(len(WHOLE)))
def test_an_answer_is_not_taken_before_its_last_byte(cut: int) -> None:
    assert read_answer(WHOLE[:cut]) is None


def test_status_and_body_are_read_whatever_the_case_of_the_header() -> None:
    answer = read_answer(b"HTTP/1.1 503 Busy\r\ncontent-length: 2\r\nretry-after: 1\r\n\r\nno")
    assert answer is not None
    assert (answer.status, answer.body) == (503, b"no")


def test_a_chunked_answer_ends_with_the_last_chunk() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok"
    assert read_answer(head) is None
    answer = read_answer(head + b"\r\n0\r\n\r\n")
    assert answer is not None
    assert answer.status == 200


@pytest.mark.parametrize("garbage", [b"SSH-2.0-OpenSSH_9", b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\nendless"])
def test_what_is_no_answer_with_an_end_is_an_error(garbage: bytes) -> None:
    with pytest.raises(ValueError, match="answer"):
        read_answer(garbage)
