"""A Gerbang that runs, as the developer's commands find it: beside a `gerbang up` by its data folder, or by address and API key. Asked by its API only."""

import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple
from urllib.parse import urlencode

import msgspec
from cyclopts import Parameter

from gerbang.base import ids
from gerbang.base.errors import Conflict, GerbangError, Unavailable
from gerbang.base.http import CallFailed, Http
from gerbang.cli.ready_file import READY_FILE
from gerbang.settings import Settings

_ANSWER_S: Final = 20.0
_MOST_BYTES: Final = 32 << 20
_HOW: Final = "Start `gerbang up`, name its folder by --data, or name another Gerbang by --api and GERBANG_API_KEY."
DataFolder = Annotated[Path | None, Parameter(help="Data folder of a running `gerbang up`; default: GERBANG_DATA.")]
ApiAddress = Annotated[
    str | None, Parameter(help="Address of another Gerbang, as https://pay.example; needs GERBANG_API_KEY.")
]


class NoInstance(Conflict):
    """Nobody is there to be asked."""

    code = "no_instance"
    title = "No Gerbang runs there"


class NotAnswered(Unavailable):
    """It did not answer now; it may later."""

    code = "instance_away"
    title = "Gerbang does not answer"


class Refused(GerbangError):
    """It answered no, in its own words."""

    code = "refused"
    title = "Gerbang refused"

    def __init__(self, status: int, detail: str, hint: str | None) -> None:
        super().__init__(f"Answered {status}: {detail}", hint=hint)
        self.status = status


class Told(NamedTuple):
    """What an address answered."""

    status: int
    body: Any


@dataclass(frozen=True, slots=True)
class Instance:
    """`sandbox` is empty where no sandbox is known, `demo` the people of one; `folder` is the data folder, None for a Gerbang elsewhere."""

    api: str
    key: str = field(repr=False)
    http: Http
    sandbox: str = ""
    folder: Path | None = None
    demo: Mapping[str, Any] = field(default_factory=dict, repr=False)

    async def ask(
        self, method: str, path: str, body: Any = None, *, timeout_s: float = _ANSWER_S, token: str = "", **query: Any
    ) -> Any:
        """One call of the API; answers its JSON. `token` acts for somebody else than the key. Raises NotAnswered, Refused."""
        headers = {
            "authorization": f"Bearer {token or self.key}",
            "content-type": "application/json",
            "idempotency-key": ids.new().hex,
        }
        asked = urlencode({name: value for name, value in query.items() if value is not None})
        return _good(
            await self.call(method, f"{self.api}{path}{f'?{asked}' if asked else ''}", body, headers, timeout_s)
        )

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        """One call of the sandbox; answers its JSON. Raises NotAnswered, Refused."""
        return _good(
            await self.call(method, self.sandbox + path, body, {"content-type": "application/json"}, _ANSWER_S)
        )

    async def call(
        self, method: str, url: str, body: Any, headers: Mapping[str, str], timeout_s: float = _ANSWER_S
    ) -> Told:
        """One call of any address. Raises NotAnswered."""
        sent = b"" if body is None else msgspec.json.encode(body)
        try:
            answer = await self.http.send(
                method, url, headers=headers, body=sent, timeout_s=timeout_s, limit_bytes=_MOST_BYTES
            )
        except CallFailed as error:
            raise NotAnswered(f"{url.partition('?')[0]} does not answer: {error.detail}") from error
        try:
            return Told(answer.status, msgspec.json.decode(answer.body or b"null"))
        except msgspec.DecodeError:
            return Told(answer.status, {"detail": answer.body.decode(errors="replace")[:200]})


def _good(told: Told) -> Any:
    if told.status < 300:
        return told.body
    said = told.body if isinstance(told.body, dict) else {}
    detail = said.get("detail") or said.get("title") or "no reason was given"
    raise Refused(told.status, detail, said.get("hint"))


@asynccontextmanager
async def instance(settings: Settings, api: str | None) -> AsyncIterator[Instance]:
    """The one at that address, by the key of the settings, else the one that runs on their data folder. Raises NoInstance."""
    http = Http()
    try:
        key = settings.api_key.get_secret_value() if settings.api_key else ""
        yield _elsewhere(http, api, key) if api else _beside(http, settings.data)
    finally:
        await http.close()


def _elsewhere(http: Http, api: str, key: str) -> Instance:
    if not key:
        raise NoInstance(f"No API key for {api} is known.", hint="Set GERBANG_API_KEY to one of the role developer.")
    return Instance(api.rstrip("/"), key, http)


def _beside(http: Http, folder: Path) -> Instance:
    try:
        ready = json.loads((folder / READY_FILE).read_text())
        demo = json.loads((folder / "demo.json").read_text())
        os.kill(int(ready["pid"]), 0)
    except (OSError, ValueError, KeyError) as error:
        raise NoInstance(f"No `gerbang up` runs on {folder.absolute()}.", hint=_HOW) from error
    return Instance(ready["api"], demo["api_key"], http, ready["sandbox"], folder, demo)
