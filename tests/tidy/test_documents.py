"""Reads the documents: the tree of docs/architecture.md against the folders, generated pages against the code, links, requirements."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gerbang.base.watchdog import STUCK, Limits
from gerbang.cli.docs import commands_page, declines_page, errors_page, permissions_page, settings_page
from gerbang.settings import Settings

ROOT = Path(__file__).parent.parent.parent
ARCHITECTURE = ROOT / "docs" / "architecture.md"
NAMELESS = {"__pycache__", "node_modules", "results", "dist", "texts", "static", "templates", "fonts"}
TREE_BLOCK = re.compile(r"^```tree\n(.*?)^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)")


def named_in_tree() -> Iterator[str]:
    """The folders of the block: two spaces of indentation a level, names before the first run of two spaces, `a/ b/` side by side."""
    block = TREE_BLOCK.search(ARCHITECTURE.read_text(encoding="utf-8"))
    assert block is not None, "docs/architecture.md has no ```tree block"
    above: list[str] = []
    for line in block[1].splitlines():
        names = re.split(r"\s{2,}", line.strip())[0].split()
        folders = [name.rstrip("/") for name in names if name.endswith("/")]
        if not folders:
            continue
        level = (len(line) - len(line.lstrip())) // 2
        above = above[:level]
        yield from ("/".join([*above, folder]) for folder in folders)
        above.append(folders[-1])


def packages() -> set[str]:
    """The folders of the product that a reader must be told of: the top, and three levels below src/gerbang (two of a provider)."""
    top = {
        path.name
        for path in ROOT.iterdir()
        if path.is_dir() and path.name in ("src", "tests", "bench", "docs", "sdk", "ui", ".ci")
    }
    code = {
        path.parent
        for path in (ROOT / "src" / "gerbang").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    shallow = {
        path
        for path in code
        if len(path.relative_to(ROOT).parts) <= (4 if "providers" in path.parts else 5)
        and not NAMELESS & set(path.parts)
    }
    return top | {str(path.relative_to(ROOT)) for path in shallow}


def test_ten_questions_where_would_you_look_are_answered_by_files_that_exist() -> None:
    page = ARCHITECTURE.read_text(encoding="utf-8")
    section = page.partition("## Where would you look for …")[2].partition("\n## ")[0]
    answers = [line.rsplit("|", 2)[1] for line in section.splitlines() if line.startswith("| ") and "`" in line]
    named = [name for answer in answers for name in re.findall(r"`([\w/.]+)`", answer)]
    assert len(answers) >= 10
    assert [name for name in named if not (ROOT / "src" / "gerbang" / name).is_file()] == []


def test_the_tree_of_the_architecture_page_is_the_tree_on_disk() -> None:
    if not ARCHITECTURE.exists():
        pytest.fail("docs/architecture.md is missing")
    named = set(named_in_tree())
    gone = sorted(name for name in named if not (ROOT / name).is_dir())
    untold = sorted(packages() - named)
    assert not gone, f"take these folders out of the tree of docs/architecture.md: {gone}"
    assert not untold, f"add these folders to the tree of docs/architecture.md: {untold}"


PAGES = {
    "settings.md": settings_page,
    "commands.md": commands_page,
    "declines.md": declines_page,
    "errors.md": errors_page,
    "permissions.md": permissions_page,
}


@pytest.mark.parametrize(("name", "page"), PAGES.items())
def test_a_generated_page_is_what_the_code_says(name: str, page: object) -> None:
    assert callable(page)
    kept = ROOT / "docs" / "reference" / name
    assert kept.exists(), f"run `make docs`: {kept.relative_to(ROOT)} is missing"
    assert kept.read_text(encoding="utf-8") == page(), f"run `make docs`: {name} is out of date"


def documents() -> list[Path]:
    ours = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "src").rglob("*.md")]
    return sorted([*ours, *(ROOT / "sdk").glob("*.md"), *(ROOT / "sdk").glob("*/*.md")])


@pytest.mark.parametrize("page", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_document_links_to_a_file_that_is_not_there(page: Path) -> None:
    broken = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if not (page.parent / link).exists()]
    assert not broken, f"{page.relative_to(ROOT)} links to files that are not there: {broken}"


def test_every_requirement_that_a_test_names_is_one_that_exists() -> None:
    """R1 to R67 are the requirements, F1 to F20 the faults; a number beyond is a typing mistake."""
    wrong = [
        f"{path.relative_to(ROOT)}: {found}"
        for path in (ROOT / "tests").rglob("test_*.py")
        for kind, number in re.findall(r"\b([RF])(\d{1,3})\b(?=[:,. )\"])", path.read_text(encoding="utf-8"))
        if (found := f"{kind}{number}") and int(number) > {"R": 67, "F": 20}[kind] and path != Path(__file__)
    ]
    assert not wrong, wrong


def test_the_lock_names_no_registry_and_pins_everything_by_hash() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    pinned = re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE)
    assert len(pinned) == len(re.findall(r"^[a-z0-9]", lock, re.MULTILINE)), "something is not pinned"
    assert lock.count("--hash=sha256:") >= len(pinned)


def test_every_make_target_of_the_contract_is_there_and_explained() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("up", "test", "test-full", "quick", "check", "bench", "chaos", "soak", "docs", "help"):
        assert re.search(rf"^{target}:.*## \w", makefile, re.MULTILINE), target


def test_the_systemd_unit_waits_for_what_the_watchdog_does_by_itself() -> None:
    """It starts what is there, hears what we tell, and kills nobody who is about to end with a reason or to stop in order."""
    unit = (ROOT / "docs" / "how-to" / "systemd.md").read_text(encoding="utf-8")
    said = dict(re.findall(r"^(\w+)=(.*)$", unit.partition("```ini")[2].partition("```")[0], re.MULTILINE))
    assert said["Type"] == "notify"
    assert said["Restart"] == "always"
    assert said["ExecStart"].endswith("/gerbang %i")
    assert float(said["WatchdogSec"]) >= Limits().end_s + Limits().spare_s
    assert float(said["TimeoutStopSec"]) > 2 * Settings.model_fields["drain_s"].default + 10
    assert f"status {STUCK}" in unit
