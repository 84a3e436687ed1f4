"""The SDKs of sdk/ are what `make sdk` makes of today's OpenAPI document; known by digests, so that no generator is needed to see it."""

import json
import re
import tomllib
from pathlib import Path

import gerbang_client
from sdk.generator.digests import PYTHON, SDK, TYPESCRIPT, digests_of, kept
from sdk.generator.document import current
from sdk.generator.python_methods import snake

AGAIN = "run `make sdk` and commit what it changes"


def test_both_sdks_are_what_the_generators_make_of_todays_openapi_document() -> None:
    now = digests_of(current())
    assert {part for part, digest in now.items() if kept().get(part) != digest} == set(), AGAIN


def test_both_sdks_have_every_operation_that_a_program_calls() -> None:
    python = (PYTHON / "operations.py").read_text(encoding="utf-8")
    typescript = (TYPESCRIPT / "src" / "operations.ts").read_text(encoding="utf-8")
    names = [one.id for one in current().operations]
    assert len(names) > 60
    assert [name for name in names if python.count(f"def {snake(name)}(") != 2] == []
    assert [name for name in names if typescript.count(f"\n  {name}(") != 1] == []


def test_a_version_is_the_same_wherever_it_stands() -> None:
    python = tomllib.loads((SDK / "python" / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    package = json.loads((TYPESCRIPT / "package.json").read_text(encoding="utf-8"))["version"]
    said = re.search(r'VERSION = "(.*?)"', (TYPESCRIPT / "src" / "version.ts").read_text(encoding="utf-8"))
    assert said is not None
    assert {python, gerbang_client.__version__} == {package, said[1]} == {python}


def test_what_is_published_has_licence_and_readme_and_names_no_registry() -> None:
    licence = (SDK.parent / "LICENSE").read_bytes()
    for folder in (SDK / "python", TYPESCRIPT):
        assert (folder / "LICENSE").read_bytes() == licence
        assert (folder / "README.md").stat().st_size > 1000
    lock = json.loads((TYPESCRIPT / "package-lock.json").read_text(encoding="utf-8"))
    assert [name for name, one in lock["packages"].items() if "resolved" in one] == []


def test_whatever_runs_beside_the_sdks_is_named_and_little() -> None:
    project = tomllib.loads((SDK / "python" / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert [Path(one).name.partition(">")[0] for one in project["dependencies"]] == ["httpx"]
    assert "dependencies" not in json.loads((TYPESCRIPT / "package.json").read_text(encoding="utf-8"))
