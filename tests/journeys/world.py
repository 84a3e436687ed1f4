"""One running `gerbang up` seen from outside: its addresses, its demo users, the sandbox's controls, and a browser without script.

Nothing here opens the database or imports a service: what cannot be seen by HTTP, a mail or a process list is not asserted.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl, urljoin, urlsplit
from uuid import uuid4

import httpx

from gerbang import settings

T = TypeVar("T")
PATIENCE_S: Final = 20.0
VIRTUAL_ACCOUNT: Final[Mapping[str, Any]] = {"method": "virtual_account", "method_options": {"bank": "BCA"}}
COFFEE: Final[Mapping[str, Any]] = {"amount": 150_000, "currency": "IDR", "description": "Kopi Gayo 1 kg"}
Json = dict[str, Any]


async def eventually(ask: Callable[[], Awaitable[T | None]], what: str, patience_s: float = PATIENCE_S) -> T:
    """The first true answer; fails with the last answer when there is none in time."""
    deadline = time.monotonic() + patience_s
    while not (answer := await ask()):
        assert time.monotonic() < deadline, f"waited {patience_s:g} s for {what}; the last answer was {answer!r}"
        await asyncio.sleep(0.05)
    return answer


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody or something with a credential."""

    authorization: str
    email: str = ""

    def headers(self, key: str = "") -> dict[str, str]:
        said = {"authorization": self.authorization} if self.authorization else {}
        return said | ({"idempotency-key": key} if key else {})


STRANGER: Final = Person("")


@dataclass
class World:
    """A client, and what `up` said on its one line."""

    said: Json
    data: Path
    http: httpx.AsyncClient
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def api(self) -> str:
        return str(self.said["api"])

    @property
    def sandbox(self) -> str:
        return str(self.said["sandbox"])

    async def person(self, role: str) -> Person:
        """A demo user of the ready line, signed in once; `api_key` is the demo's key."""
        if role not in self.people:
            self.people[role] = (
                Person(f"Bearer {self.said['demo']['api_key']}")
                if role == "api_key"
                else await self.sign_in(**self.said["demo"][role])
            )
        return self.people[role]

    async def sign_in(self, email: str, password: str) -> Person:
        answer = await self.http.post(f"{self.api}/v1/auth/login", json={"email": email, "password": password})
        assert answer.status_code == 200, answer.text
        return Person(f"Bearer {answer.json()['access_token']}", email)

    async def register(self, name: str, locale: str) -> Person:
        """A new customer with a password of 15 characters or more."""
        email, password = f"{uuid4().hex[:12]}@lumbung.example", f"kopi tubruk {uuid4().hex}"
        body = {"email": email, "password": password, "name": name, "locale": locale}
        answer = await self.http.post(f"{self.api}/v1/auth/register", json=body)
        assert answer.status_code in {200, 201, 202}, answer.text
        return await self.sign_in(email, password)

    async def get(self, path: str, who: str | Person = "api_key", expect: int = 200, **query: Any) -> Any:
        person = who if isinstance(who, Person) else await self.person(who)
        answer = await self.http.get(self.api + path, headers=person.headers(), params=query)
        assert answer.status_code == expect, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    async def post(
        self, path: str, body: Any = None, who: str | Person = "api_key", expect: int = 201, key: str | None = None
    ) -> Any:
        """A POST with a fresh Idempotency-Key unless one is given; answers the JSON."""
        person = who if isinstance(who, Person) else await self.person(who)
        headers = person.headers(uuid4().hex if key is None else key)
        answer = await self.http.post(self.api + path, headers=headers, json={} if body is None else body)
        assert answer.status_code == expect, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    async def buy(self, who: str | Person = "api_key", **more: Any) -> Json:
        """A new payment; by virtual account unless the body says otherwise (`method=None`: none yet)."""
        body = {**COFFEE, **VIRTUAL_ACCOUNT, **more}
        if body["method"] != "virtual_account":
            del body["method_options"]
        made: Json = await self.post(
            "/v1/payments", {name: value for name, value in body.items() if value is not None}, who
        )
        return made

    @asynccontextmanager
    async def browser(self) -> AsyncIterator["Browser"]:
        """A browser with cookies of its own."""
        async with httpx.AsyncClient(timeout=40) as http:
            yield Browser(http)

    async def payment(self, payment: Json) -> Json:
        found: Json = await self.get(f"/v1/payments/{payment['id']}")
        return found

    async def becomes(self, payment: Json, status: str, patience_s: float = PATIENCE_S) -> Json:
        """The payment when it has this status."""
        seen: list[Json] = []

        async def look() -> Json | None:
            seen[:] = [await self.payment(payment)]
            return seen[0] if seen[0]["status"] == status else None

        try:
            return await eventually(look, f"{payment['id']} to become {status}", patience_s)
        except AssertionError as error:
            moments = await self.get(f"/v1/payments/{payment['id']}/timeline")
            lines = [f"{m['kind']} {m['detail']}" for m in moments["data"]]
            raise AssertionError(f"{error}; it is {seen[0]['status']}; " + " | ".join(lines)) from error

    async def control(self, path: str, *, method: str = "POST", **body: Any) -> Json:
        """One call of the sandbox's control API."""
        answer = await self.http.request(method, f"{self.sandbox}/control/{path}", json=body)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        told: Json = answer.json()
        return told

    async def pays(self, payment: Json, **more: Any) -> None:
        """The payer pays the number that the payment shows."""
        await self.control("nicepay/pay", number=payment["next_action"]["number"], **more)

    async def orders(self, payment: Json) -> list[Json]:
        """What the provider keeps for this payment: one order per attempt that reached it."""
        answer = await self.http.get(f"{self.sandbox}/control/nicepay/orders", params={"limit": 1000})
        return [order for order in answer.json()["data"] if order["payment"] == payment["id"]]

    async def wire(self, words: str, route: str = "") -> list[Json]:
        """The journal's lines that carry these words, oldest first: what the provider received (`in`) and sent (`out`)."""
        found: list[Json] = []
        since = -1
        while True:
            query: dict[str, str | int] = {"provider": "nicepay", "limit": 1000, "since": since}
            page = (await self.http.get(f"{self.sandbox}/control/journal", params=query)).json()
            found += [
                line
                for line in page["data"]
                if line["route"].endswith(route) and words in line.get("body", "") + line.get("answer", "")
            ]
            if page["next_cursor"] is None or not page["data"]:
                return found
            since = int(page["next_cursor"])

    async def mails(self, to: str, words: str) -> list[Json]:
        """Mails to an address that carry these words in subject or text."""
        answer = await self.http.get(f"{self.sandbox}/control/mail", params={"to": to})
        return [mail for mail in answer.json()["data"] if words in mail["subject"] + mail["text"]]

    async def mail(self, to: str, words: str) -> Json:
        """The mail, when it is there."""

        async def look() -> Json | None:
            return next(iter(await self.mails(to, words)), None)

        return await eventually(look, f"a mail to {to} with {words!r}")

    async def ledger(self, payment: Json) -> list[tuple[str, str, int]]:
        """Lines of a payment as debit, credit and amount; the demo's connection is left out of the account's name."""
        lines = (await self.get("/v1/ledger/postings", "operator", payment=payment["id"]))["data"]
        return [(line["debit"].partition(":")[0], line["credit"].partition(":")[0], line["amount"]) for line in lines]


@asynccontextmanager
async def listening(world: World, payment: Json, who: Person) -> AsyncIterator[list[tuple[float, str, Json]]]:
    """The payment's server-sent events as they come: Unix time of arrival, type, data."""
    heard: list[tuple[float, str, Json]] = []
    ready = asyncio.Event()

    async def listen() -> None:
        url, name = f"{world.api}/v1/payments/{payment['id']}/events", ""
        async with world.http.stream("GET", url, headers=who.headers(), timeout=60) as answer:
            assert answer.status_code == 200, answer.status_code
            assert answer.headers["content-type"].startswith("text/event-stream")
            async for line in answer.aiter_lines():
                ready.set()
                if line.startswith("event: "):
                    name = line[7:]
                elif line.startswith("data: "):
                    heard.append((time.time(), name, json.loads(line[6:])))

    task = asyncio.create_task(listen())
    try:
        await asyncio.wait_for(ready.wait(), PATIENCE_S)
        yield heard
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class _Form(HTMLParser):
    """The first form whose action ends with the words asked for, whatever its query carries on: its action and the fields that would be sent as they stand."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.wanted, self.action, self.fields, self._inside = action, "", dict[str, str](), False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "form" and not self.action and known.get("action", "").partition("?")[0].endswith(self.wanted):
            self.action, self._inside = known["action"], True
        if tag == "input" and self._inside and known.get("name") and known.get("type") not in {"radio", "checkbox"}:
            self.fields[known["name"]] = known.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False


class Browser:
    """A person's browser without script: cookies, redirects, links and forms."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self.url = ""
        self.page = ""
        self.status = 0
        self.policy = ""
        self.went: list[str] = []

    async def open(self, url: str) -> str:
        return await self._go("GET", url)

    async def submit(self, action: str, **typed: str) -> str:
        """Send the form of this page whose action ends so, with what is typed or pressed."""
        form = _Form(action)
        form.feed(self.page)
        assert form.action, f"no form to …{action} on {self.url}: {self.page[:500]}"
        return await self._go("POST", urljoin(self.url, form.action), {**form.fields, **typed})

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.url).query))

    async def _go(self, method: str, url: str, form: Mapping[str, str] | None = None) -> str:
        headers = {"accept": "text/html", "accept-language": "en"}
        if form is not None:
            parts = urlsplit(self.url)
            headers["origin"] = f"{parts.scheme}://{parts.netloc}"
        answer = await self._http.request(method, url, data=form, headers=headers)
        for _ in range(10):
            self.went.append(str(answer.url))
            if not answer.has_redirect_location:
                break
            answer = await self._http.get(urljoin(str(answer.url), answer.headers["location"]), headers=headers)
        self.url, self.page, self.status = str(answer.url), answer.text, answer.status_code
        self.policy = answer.headers.get("content-security-policy", "")
        return self.page


def link_in(mail: Json, path: str) -> str:
    """The first address under this path that a mail names."""
    found = re.search(rf"https?://\S+{re.escape(path)}\S*", mail["text"])
    assert found, f"no link to {path} in {mail['text']}"
    return found[0]


def processes(data: Path, *words: str) -> list[int]:
    """Process ids whose environment or command line names this data folder, and whose command line ends in these words."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").split()
            place = (folder / "environ").read_bytes() + b" ".join(command)
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        mine = str(data).encode() in place and state != "Z" and int(folder.name) != os.getpid()
        if mine and command[len(command) - len(words) :] == [word.encode() for word in words]:
            found.append(int(folder.name))
    return found


def verify(data: Path) -> Json:
    """What `gerbang verify --json` says of a running data folder."""
    command = [sys.executable, "-m", "gerbang", "verify", "--json", "--data", str(data)]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, env=settings.child_environment({}), timeout=60
    )
    assert done.stdout.strip(), done.stderr
    told: Json = json.loads(done.stdout.splitlines()[-1])
    return told | {"exit": done.returncode}
