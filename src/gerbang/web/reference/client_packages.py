"""Our clients as packages that pip and npm install from the running product: packed from the folders of `sdk/`, the same bytes each time. No builder is needed.

A wheel is the layout of PyPA's "Binary distribution format" 1.0, a package for npm a tar whose files stand below `package/`.
"""

import base64
import gzip
import hashlib
import io
import json
import tarfile
import tomllib
import zipfile
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

_WEB: Final = Path(__file__).parents[1]
# In a wheel of the product they stand inside the package (pyproject.toml); in its source beside it.
_PLACES: Final = (_WEB.parent / "clients", _WEB.parents[2] / "sdk")
_WHEN: Final = (2020, 1, 1, 0, 0, 0)  # of every file: a time would make other bytes
_MODE: Final = 0o644
_TAG: Final = "py3-none-any"
_TOP: Final = ("package.json", "README.md", "LICENSE")


class Package(NamedTuple):
    """One file to install: what installs it, and what it is in the answer."""

    name: str
    version: str
    content: bytes
    media_type: str
    installs: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@cache
def packages() -> Mapping[str, Package]:
    """By file name. Empty where this copy of the product came without them."""
    place = next((one for one in _PLACES if (one / "python" / "pyproject.toml").exists()), None)
    found = () if place is None else (wheel(place / "python"), tarball(place / "typescript"))
    return {one.name: one for one in found}


def wheel(folder: Path) -> Package:
    """The Python client, by its own pyproject.toml."""
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    module = project["name"].replace("-", "_")
    info = f"{module}-{project['version']}.dist-info"
    code = folder / "src" / module
    files = {f"{module}/{path.relative_to(code).as_posix()}": path.read_bytes() for path in _sources(code)}
    files[f"{info}/METADATA"] = _metadata(project, (folder / project["readme"]).read_text(encoding="utf-8")).encode()
    files[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nGenerator: gerbang\nRoot-Is-Purelib: true\nTag: {_TAG}\n".encode()
    for licence in project["license-files"]:
        files[f"{info}/licenses/{licence}"] = (folder / licence).read_bytes()
    files[f"{info}/RECORD"] = _record(files, f"{info}/RECORD")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _WHEN)
            entry.external_attr = _MODE << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    name = f"{module}-{project['version']}-{_TAG}.whl"
    return Package(name, project["version"], packed.getvalue(), "application/zip", "pip install")


def tarball(folder: Path) -> Package:
    """The TypeScript client, by its own package.json, as it was compiled."""
    told = json.loads((folder / "package.json").read_bytes())
    paths = [folder / one for one in _TOP] + [path for part in told["files"] for path in _sources(folder / part)]
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path in paths:
            entry = tarfile.TarInfo(f"package/{path.relative_to(folder).as_posix()}")
            content = path.read_bytes()
            entry.size, entry.mode = len(content), _MODE
            archive.addfile(entry, io.BytesIO(content))
    name = f"{told['name']}-{told['version']}.tgz"
    return Package(name, told["version"], gzip.compress(packed.getvalue(), mtime=0), "application/gzip", "npm install")


def _sources(folder: Path) -> Iterable[Path]:
    """The files of a folder in one order, without what running it leaves behind."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")


def _metadata(project: Mapping[str, Any], readme: str) -> str:
    """Core metadata 2.4."""
    lines = [
        "Metadata-Version: 2.4",
        f"Name: {project['name']}",
        f"Version: {project['version']}",
        f"Summary: {project['description']}",
        f"License-Expression: {project['license']}",
        *(f"License-File: {one}" for one in project["license-files"]),
        *(f"Classifier: {one}" for one in project["classifiers"]),
        f"Requires-Python: {project['requires-python']}",
        *(f"Requires-Dist: {one}" for one in project["dependencies"]),
    ]
    for extra, wanted in project["optional-dependencies"].items():
        lines += [f"Provides-Extra: {extra}", *(f"Requires-Dist: {one}; extra == '{extra}'" for one in wanted)]
    return "\n".join([*lines, "Description-Content-Type: text/markdown", "", readme])


def _record(files: Mapping[str, bytes], own: str) -> bytes:
    """Each file with its digest and size; of the record itself neither."""
    rows = [
        f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b'=').decode()},{len(content)}"
        for name, content in files.items()
    ]
    return ("\n".join([*rows, f"{own},,"]) + "\n").encode()
