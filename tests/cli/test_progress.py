"""What `gerbang up` says once everything answers."""

from pathlib import Path

import pytest

from gerbang import settings
from gerbang.cli.progress import Progress


def test_people_are_told_where_webhooks_are_inspected_and_what_to_try_next(capsys: pytest.CaptureFixture[str]) -> None:
    known = settings.load(sandbox=True, sandbox_port=8141)
    Progress(as_json=False).ready(known, {"api_key": "grb_test_x"})
    said = capsys.readouterr().out
    assert "http://127.0.0.1:8141/inspector/shop" in said
    assert "gerbang trigger payment.paid" in said
    assert "gerbang listen --forward-to" in said


def test_the_next_commands_name_the_folder_when_it_is_not_the_usual_one(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    Progress(as_json=False).ready(settings.load(sandbox=True, data=tmp_path), {})
    said = capsys.readouterr().out
    assert f"events tail --data {tmp_path}" in said
    assert f"trigger payment.paid --data {tmp_path}" in said
