"""Digests of what the SDKs are made of and of what is generated, kept beside them: so a test knows without any generator that both fit together."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from sdk.generator.document import Api

SDK: Final = Path(__file__).parent.parent
PYTHON: Final = SDK / "python" / "src" / "gerbang_client"
TYPESCRIPT: Final = SDK / "typescript"
DIGESTS: Final = SDK / "digests.json"


def digests_of(api: Api) -> dict[str, str]:
    """Of the document, of each generated file, and of what the JavaScript is built from with what was built."""
    return {
        "openapi": api.digest,
        "python types": _of([PYTHON / "types.py"]),
        "python methods": _of([PYTHON / "operations.py"]),
        "typescript types": _of([TYPESCRIPT / "src" / "types.ts"]),
        "typescript methods": _of([TYPESCRIPT / "src" / "operations.ts"]),
        "typescript source": _of([*(TYPESCRIPT / "src").glob("*.ts"), TYPESCRIPT / "tsconfig.json"]),
        "javascript": _of([*(TYPESCRIPT / "dist").iterdir()]),
    }


def kept() -> Mapping[str, Any]:
    """Those that `make sdk` wrote last."""
    known: Mapping[str, Any] = json.loads(DIGESTS.read_text(encoding="utf-8"))
    return known


def _of(files: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path.name}\n".encode() + path.read_bytes())
    return digest.hexdigest()
