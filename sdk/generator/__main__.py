"""Makes both SDKs again: `make sdk`, which has put the generators where this looks for them. Ends with 1 where one of them fails."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from sdk.generator import python_methods, typescript_methods
from sdk.generator.digests import DIGESTS, PYTHON, SDK, TYPESCRIPT, digests_of
from sdk.generator.document import Api, current

_TYPES_HEAD: Final = '"""The types of what the API takes and answers. Made by `make sdk` from the OpenAPI document: change nothing here by hand."""'


def main() -> None:
    """Writes what is generated, builds the JavaScript of the TypeScript SDK, and keeps the digests of all of it."""
    api = current()
    with tempfile.TemporaryDirectory() as folder:
        document = Path(folder) / "openapi.json"
        document.write_text(json.dumps(_for_generators(api)), encoding="utf-8")
        _python_types(document)
        _typescript_types(document)
    _write(PYTHON / "operations.py", python_methods.written(api))
    _write(TYPESCRIPT / "src" / "operations.ts", typescript_methods.written(api))
    _run(sys.executable, "-m", "ruff", "format", "--quiet", str(PYTHON))
    _run("npm", "--prefix", str(TYPESCRIPT), "run", "--silent", "build")
    _write(DIGESTS, json.dumps(digests_of(api), indent=1) + "\n")
    print(f"sdk: {len(api.operations)} methods and {len(api.schemas)} types for each language")  # noqa: T201 - a command prints


def _for_generators(api: Api) -> dict[str, object]:
    """Types only: methods are written here, so that both clients have the same."""
    info = {"title": "Gerbang", "version": api.version}
    return {"openapi": "3.1.0", "info": info, "paths": {}, "components": {"schemas": api.schemas}}


def _python_types(document: Path) -> None:
    tool = SDK / ".tools" / "bin" / "datamodel-codegen"
    kinds = ["--input-file-type", "openapi", "--openapi-scopes", "schemas", "--output-model-type", "typing.TypedDict"]
    style = ["--target-python-version", "3.11", "--use-standard-collections", "--use-union-operator"]
    style += [
        "--enum-field-as-literal",
        "all",
        "--use-schema-description",
        "--strict-nullable",
        "--disable-timestamp",
        "--disable-warnings",
    ]
    style += ["--formatters", "builtin", "--custom-file-header", _TYPES_HEAD]
    _run(str(tool), "--input", str(document), "--output", str(PYTHON / "types.py"), *kinds, *style)


def _typescript_types(document: Path) -> None:
    tool = TYPESCRIPT / "node_modules" / ".bin" / "openapi-typescript"
    style = ["--root-types", "--root-types-no-schema-prefix", "--default-non-nullable=false"]
    _run(str(tool), str(document), "--output", str(TYPESCRIPT / "src" / "types.ts"), *style)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own tools
    if done.returncode:
        sys.exit(f"sdk: {' '.join(command[:2])} failed:\n{done.stdout}{done.stderr}")


main()
