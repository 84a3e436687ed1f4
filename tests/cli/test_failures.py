"""What ends a command is said in sentences, and only a fault of ours keeps its traceback."""

from pathlib import Path

import pytest

from gerbang.base.errors import DatabaseRefuses
from gerbang.cli.failures import in_sentences


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("file/data", "name a folder"),
        ("file", "name a folder"),
        ("/proc/nowhere", "correct the path"),
        ("/sys/nowhere", "GERBANG_DATA"),
        ("n" * 300, "shorter"),
    ],
)
def test_a_folder_that_cannot_be_made_is_named_with_what_helps(path: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError) as raised:
        (tmp_path / path).mkdir()
    ((what, cure),) = in_sentences(raised.value)
    assert path in what
    assert said in (cure or "")


def test_several_failures_at_once_are_said_once_each_and_a_fault_of_ours_is_none() -> None:
    known = DatabaseRefuses("kind", "what", "cure")
    assert in_sentences(ExceptionGroup("", [known, DatabaseRefuses("kind", "what", "cure")])) == [("what", "cure")]
    assert in_sentences(ExceptionGroup("", [known, KeyError("x")])) == []
