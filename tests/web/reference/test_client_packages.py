"""The clients that the product hands out: what pip and npm install, the same as a builder makes, the same bytes each time, and in a wheel of the product too."""

import shutil
import tarfile
import tomllib
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from gerbang.web.reference.client_packages import packages, tarball, wheel

ROOT = Path(__file__).parents[3]


def test_a_wheel_of_the_product_carries_what_they_are_packed_of_and_packs_the_same_bytes(tmp_path: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    carried: Mapping[str, str] = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    for source, place in carried.items():
        to = tmp_path / place
        to.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (ROOT / source).is_dir() else shutil.copy)(ROOT / source, to)
    clients = tmp_path / "gerbang" / "clients"
    again = [wheel(clients / "python"), tarball(clients / "typescript")]
    assert {one.name: one.sha256 for one in again} == {one.name: one.sha256 for one in packages().values()}


def test_the_package_for_npm_has_its_modules_and_types_below_one_folder() -> None:
    (packed,) = (one for one in packages().values() if one.installs == "npm install")
    with tarfile.open(fileobj=BytesIO(packed.content)) as archive:
        names = archive.getnames()
    assert {f"package/{name}" for name in ("package.json", "README.md", "LICENSE", "dist/index.js")} <= set(names)
    assert [name for name in names if not name.startswith("package/") or "/src/" in name] == []


def test_the_wheels_record_names_every_file() -> None:
    (packed,) = (one for one in packages().values() if one.installs == "pip install")
    with zipfile.ZipFile(BytesIO(packed.content)) as archive:
        (record,) = (name for name in archive.namelist() if name.endswith("RECORD"))
        listed = [line.partition(",")[0] for line in archive.read(record).decode().splitlines()]
        assert listed == archive.namelist()
        assert archive.testzip() is None
