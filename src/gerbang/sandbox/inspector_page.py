"""The page of the inspector: a hook's address, what arrived there, and what each signature is worth. Its copy buttons are the sandbox's only script."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode

import msgspec

from gerbang.ports.simulator import Answer, Impossible, Request
from gerbang.sandbox.control import HOOKS, Control
from gerbang.sandbox.inspector import MOST_ARRIVALS

_POLICY: Final = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; script-src 'self'; frame-ancestors 'none'"
)
_FIRST: Final = "shop"  # the name of the hook that is shown to whoever names none
_TEACH: Final = """curl -s {gerbang}/v1/endpoints -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \\
  -H "Idempotency-Key: $RANDOM" -d '{{"url": "{url}", "events": ["payment.*"]}}'
gerbang trigger payment.paid"""


class _Typed(msgspec.Struct):
    type: str = ""


class InspectorPage:
    """Shows hooks, and makes its forms calls of the control API. `render` fills a template under a content security policy."""

    def __init__(self, control: Control, render: Callable[..., Answer]) -> None:
        self._control = control
        self._render = render

    def lead_on(self, request: Request) -> Answer:
        """To the hook that a form names, or to the usual one."""
        named = dict(parse_qsl(request.query.decode("utf-8", "replace"))).get("name", "").strip()
        return _to(f"/inspector/{quote(named or _FIRST, safe='')}")

    def show(self, name: str, base_url: str) -> Answer:
        """One hook, used yet or not."""
        try:
            hook = self._control.inspector.view(name, base_url)
        except Impossible as refusal:
            return _refused(refusal.detail)
        return self._render(
            "inspector.html",
            _POLICY,
            hook=hook,
            names=self._control.inspector.names,
            most=MOST_ARRIVALS,
            types=[_type_in(one.body) for one in hook.data],
            teach=_TEACH.format(gerbang=self._control.director.gerbang, url=hook.url),
        )

    async def change(self, values: Mapping[str, str]) -> Answer:
        """Enter keys or another answer, or forget the hook."""
        name, wish = values.get("name", ""), values.get("do", "")
        body: dict[str, Any] = {"keys": values.get("keys", "").split()} if wish == "keys" else {}
        if wish == "status" and values.get("status", "").isdecimal():
            body["status"] = int(values["status"][:3])
        call = Request(
            method="DELETE" if wish == "forget" else "PUT",
            path=f"/control/{HOOKS}/{quote(name, safe='')}",
            query=b"",
            headers={"content-type": "application/json"},
            body=msgspec.json.encode(body),
            base_url="",
        )
        answer = await self._control.answer(call)
        if answer.status >= 300:
            return _refused(msgspec.json.decode(answer.body)["detail"])
        return _to(f"/inspector/{name}")


def _to(page: str) -> Answer:
    return Answer(303, b"", (("location", page),))


def _refused(said: str) -> Answer:
    return _to(f"/?{urlencode({'said': said, 'refused': '1'})}")


def _type_in(body: str) -> str:
    """What a body says that it is of, if it is an event."""
    try:
        return str(msgspec.json.decode(body, type=_Typed).type)[:60]
    except (msgspec.DecodeError, RecursionError):
        return ""
