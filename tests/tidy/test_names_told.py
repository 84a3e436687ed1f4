"""Whatever a text tells somebody to run, set or open exists: commands, settings and routes in sources, pages and documents."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gerbang import settings
from gerbang.cli import app
from gerbang.settings import Settings
from gerbang.web.policy import POLICY

ROOT = Path(__file__).parents[2]
PLACES = ("README.md", "SECURITY.md", "docs", "src/gerbang")
TEXTS = {".py", ".md", ".html", ".txt", ".yml", ".j2"}
COMMAND = re.compile(
    r"`(?:gerbang|make [a-z]+ ARGS=.gerbang) ([a-z][a-z-]+)(?: ([a-z][a-z-]+))?|: gerbang ([a-z][a-z-]+)(?: ([a-z][a-z-]+))?"
)
SETTING = re.compile(r"\bGERBANG_([A-Z][A-Z_]*[A-Z])\b")
ROUTE = re.compile(
    r"\b(GET|POST|PUT|PATCH|DELETE) (/(?:v1|console|docs|hooks|pay|healthz|readyz|metrics)(?![.\w])[^\s<`'\"),;]*)"
)
# Shown as a form of names in general, or settings of the build and not of a process.
# Examples of requests that are refused, and what stands for all of a kind.
NOT_ROUTES = {"GET /v1/payment", "DELETE /v1/payments", "POST /v1/…"}
NOT_SETTINGS = {
    "X",
    "X_FILE",
    "DATABASE",
    "PROT",
    "URL",
    "WEBHOOK_SECRET",
}  # the last two are of a shop, in docs/how-to/integrate.md


def texts() -> Iterator[tuple[Path, str]]:
    for place in PLACES:
        path = ROOT / place
        for one in [path] if path.is_file() else sorted(path.rglob("*")):
            if one.suffix in TEXTS:
                yield one, one.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def written() -> list[tuple[Path, str]]:
    """Every text of the house with its place."""
    return list(texts())


def test_every_command_that_is_named_exists(written: list[tuple[Path, str]]) -> None:
    wrong = {
        f"{path.relative_to(ROOT)}: gerbang {first} {second}".strip()
        for path, text in written
        for found in COMMAND.finditer(text)
        for first, second in [(found[1] or found[3], found[2] or found[4] or "")]
        if not is_command(first, second)
    }
    assert wrong == set()


def is_command(first: str, second: str) -> bool:
    if first not in app:
        return False
    inner = app[first]
    has_its_own = any(not name.startswith("-") for name in inner)
    return not (has_its_own and second) or second in inner


def test_every_setting_that_is_named_exists(written: list[tuple[Path, str]]) -> None:
    known = {name.upper() for name in Settings.model_fields}
    known |= {f"{name.upper()}_FILE" for name, field in Settings.model_fields.items() if settings.is_secret(field)}
    wrong = {
        f"{path.relative_to(ROOT)}: GERBANG_{found[1]}"
        for path, text in written
        for found in SETTING.finditer(text)
        if found[1] not in known | NOT_SETTINGS
    }
    assert wrong == set()


def test_every_route_that_is_named_exists(written: list[tuple[Path, str]]) -> None:
    wrong = {
        f"{path.relative_to(ROOT)}: {found[1]} {found[2]}"
        for path, text in written
        for found in ROUTE.finditer(text)
        if found[0] not in NOT_ROUTES and not is_route(found[1], found[2])
    }
    assert wrong == set()


def is_route(method: str, named: str) -> bool:
    path = named.partition("?")[0].partition("#")[0].rstrip(".:/")
    return any(row.method == method and shape(row.path).fullmatch(path) for row in POLICY)


def shape(path: str) -> re.Pattern[str]:
    parts = re.split(r"(\{[^}]+\})", path)
    return re.compile(
        "".join(
            (".+" if part.endswith(":path}") else "[^/]+") if part.startswith("{") else re.escape(part)
            for part in parts
        )
    )
