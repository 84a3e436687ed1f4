"""The root key's file: made once, private, and refused when it is not what it should be."""

import base64
import stat
from pathlib import Path

import pytest

from gerbang.providers.sealed import RootKeyUnusable, ensure_root_key, root_key


def test_the_root_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "root.key"
    made = ensure_root_key(path, create=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(base64.b64decode(path.read_bytes())) == 32
    assert ensure_root_key(path, create=True) == made
    assert ensure_root_key(path, create=False) == made
    assert list(path.parent.iterdir()) == [path], "nothing is left beside it"


def test_a_missing_root_key_is_not_made_unless_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "root.key"
    with pytest.raises(RootKeyUnusable, match="no root key"):
        ensure_root_key(path, create=False)
    assert not path.exists()


def test_a_root_key_that_others_can_read_is_refused_with_the_cure(tmp_path: Path) -> None:
    path = tmp_path / "root.key"
    ensure_root_key(path, create=True)
    path.chmod(0o640)
    with pytest.raises(RootKeyUnusable) as refused:
        ensure_root_key(path, create=True)
    assert refused.value.hint == f"chmod 600 {path}"


@pytest.mark.parametrize("content", [b"", b"not base64!", base64.b64encode(b"short"), base64.b64encode(bytes(33))])
def test_a_root_key_of_another_form_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "root.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(RootKeyUnusable) as refused:
        ensure_root_key(path, create=True)
    assert str(path) in refused.value.detail
    assert refused.value.hint
    assert "backup" in refused.value.hint


def test_a_root_key_that_is_a_folder_is_called_one(tmp_path: Path) -> None:
    with pytest.raises(RootKeyUnusable, match="is a folder") as refused:
        ensure_root_key(tmp_path, create=False)
    assert refused.value.hint == f"Name the file in it: {tmp_path / 'root.key'}."


def test_a_root_key_that_cannot_be_made_says_why() -> None:
    with pytest.raises(RootKeyUnusable, match="cannot be made") as refused:
        ensure_root_key(Path("/proc/nowhere/root.key"), create=True)
    assert refused.value.hint
    assert "GERBANG_ROOT_KEY_FILE" in refused.value.hint


def test_a_root_key_never_shows_itself_but_its_fingerprint_does_r49() -> None:
    key = root_key(bytes(range(32)))
    assert bytes(range(32)).hex() not in repr(key)
    assert repr(bytes(range(32)))[2:-1] not in repr(key)
    assert key.fingerprint in repr(key)
