"""What is published of each SDK: everything that it needs, its types, and nothing else."""

import json
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from email.parser import Parser
from io import BytesIO
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from gerbang.web.reference.client_packages import packages
from sdk.generator.digests import digests_of, kept
from sdk.generator.document import current
from tests.sdk.node import SDK, installed

SOURCES = {
    path.name for path in (SDK / "python" / "src" / "gerbang_client").iterdir() if path.suffix in (".py", ".typed")
}


def test_the_python_package_has_its_types_its_licence_and_its_readme(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(tmp_path)],
        cwd=SDK / "python",
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
        (about,) = (name for name in names if name.endswith("METADATA"))
        told = packed.read(about).decode()
        built = {name: packed.read(name) for name in names}
    (ours,) = (one for one in packages().values() if one.name == wheel.name)
    with zipfile.ZipFile(BytesIO(ours.content)) as handed_out:
        made = {name: handed_out.read(name) for name in handed_out.namelist()}
    by_builder = {name for name in names if name.endswith(("WHEEL", "RECORD"))}  # they name who built it
    assert set(made) == names
    assert {name for name in names - by_builder - {about} if made[name] != built[name]} == set()
    assert _said(made[about].decode()) == _said(told)
    assert {f"gerbang_client/{name}" for name in [*SOURCES, "py.typed"]} <= names
    assert [name for name in names if name.endswith("licenses/LICENSE")] != []
    assert "Requires-Dist: httpx" in told
    assert "# gerbang-client" in told
    (source,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(source) as packed_source:
        inside = {name.partition("/")[2] for name in packed_source.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "src/gerbang_client/webhooks.py"} <= inside


def _said(metadata: str) -> list[tuple[str, str]]:
    """What stands in it, however it is ordered and spaced; the version of the form is the builder's."""
    told = [(name, text) for name, text in Parser().parsestr(metadata).items() if name != "Metadata-Version"]
    return sorted((name, str(Requirement(text)) if name == "Requires-Dist" else text) for name, text in told)


@pytest.mark.full
def test_the_npm_package_has_modules_types_licence_and_readme_and_no_source_of_its_build(
    need: Callable[..., str],
) -> None:
    npm = need("npm")
    packed = subprocess.run(
        [npm, "pack", "--dry-run", "--json"], cwd=SDK / "typescript", check=True, capture_output=True, text=True
    )
    told = json.loads(packed.stdout)
    (one,) = told.values() if isinstance(told, dict) else told
    names = {file["path"] for file in one["files"]}
    assert {"package.json", "README.md", "LICENSE", "dist/index.js", "dist/index.d.ts", "dist/types.d.ts"} <= names
    assert [name for name in names if name.startswith(("src/", "node_modules/"))] == []


@pytest.mark.full
def test_both_sdks_are_made_again_to_the_byte(need: Callable[..., str]) -> None:
    """With the generators themselves, which come from the network."""
    need("npm")
    before = dict(kept())
    subprocess.run(["make", "sdk"], cwd=SDK.parent, check=True, capture_output=True, timeout=300)
    assert kept() == before == digests_of(current())


@pytest.mark.full
def test_the_shop_of_the_page_and_the_readme_are_typed(tmp_path: Path, need: Callable[..., str]) -> None:
    need("npm")
    from tests.journeys.test_sdks import listing

    subprocess.run(["npm", "ci", "--silent"], cwd=SDK / "typescript", check=True, timeout=300)
    folder = installed(tmp_path)
    (folder / "node_modules" / "@types").symlink_to(
        SDK / "typescript" / "node_modules" / "@types", target_is_directory=True
    )
    readme = (SDK / "typescript" / "README.md").read_text(encoding="utf-8").partition("```ts\n")[2].partition("```")[0]
    declared = "declare const body: Buffer, headers: Headers; declare function markPaid(order: string | null): Promise<void>;\n"
    (folder / "shop.mts").write_text(listing("ts"), encoding="utf-8")
    (folder / "readme.mts").write_text(declared + readme, encoding="utf-8")
    tsc = SDK / "typescript" / "node_modules" / ".bin" / "tsc"
    flags = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--types", "node", "--skipLibCheck"]
    checked = subprocess.run(
        [str(tsc), *flags, "shop.mts", "readme.mts"], cwd=folder, check=False, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout
    (folder / "wrong.mts").write_text(
        'import { Gerbang } from "gerbang-client";\nawait new Gerbang("http://x", "grb_x").createPayment({ amount: 1, currency: "IDX", description: "" });\n',
        encoding="utf-8",
    )
    wrong = subprocess.run([str(tsc), *flags, "wrong.mts"], cwd=folder, check=False, capture_output=True, text=True)
    assert "IDX" in wrong.stdout
