"""The control page at /: orders, the chain, faults, clock, switches, mail and the journal's tail. Server-rendered forms, no script.

A form becomes a call of the control API, so that a person can do nothing that a test cannot, and both stand in the journal.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, parse_qsl, urlencode

import jinja2
import msgspec
from markupsafe import Markup, escape

from gerbang.base.money import EXPONENTS
from gerbang.ports.simulator import Answer, Button, Order, Request, Simulator, buttons, own_faults
from gerbang.sandbox.control import Control
from gerbang.sandbox.endings import CHAIN, STORIES, Call, Target, calls_for, curl
from gerbang.sandbox.expectations import Observed
from gerbang.sandbox.faults import CATALOGUE, REFUSALS, Faults
from gerbang.sandbox.inspector_page import InspectorPage
from gerbang.sandbox.journal import Entry
from gerbang.sandbox.mail import PROVIDER as MAIL
from gerbang.sandbox.mailbox import Mailbox
from gerbang.sandbox.status_icons import MARKS
from gerbang.sandbox.world import World

_HERE: Final = Path(__file__).parent
_MOST_PAGES: Final = 1_000
_JAKARTA: Final = timezone(timedelta(hours=7), "WIB")
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; frame-src 'self'; frame-ancestors 'none'"
)
_MAIL_POLICY: Final = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_PAYMENT: Final = re.compile(r"pay_[0-9A-Z]{26}")
_DECIMALS: Final = {"ETH": 18, "USDC": 6, "FAKE": 6}
_CALLED: Final = {"qris": "QRIS", "ewallet": "E-wallet", "paylater": "Pay later"}
_ACTS: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    "pay": ("pay", {}),
    "pay_wrong": ("pay", {"amount": True}),
    "pay_late": ("pay", {"late": True}),
    "decline": ("decline", {}),
    "expire": ("expire", {}),
    "cancel": ("cancel", {}),
    "refund": ("refund", {}),
    "lie": ("lie", {}),
    "resend": ("webhooks", {}),
    "duplicate": ("webhooks", {"times": 3}),
    "forge": ("webhooks", {"tamper": "token"}),
    "forge_status": ("webhooks", {"tamper": "status"}),
}


class Page:
    """Answers everything that is neither a provider's wire nor /control."""

    def __init__(self, world: World, faults: Faults, mailbox: Mailbox, control: Control) -> None:
        self._world = world
        self._faults = faults
        self._mailbox = mailbox
        self._control = control
        self._hooks = InspectorPage(control, self._render)
        loader = jinja2.FileSystemLoader(_HERE / "templates")
        self._templates = jinja2.Environment(
            loader=loader, autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined
        )
        self._forms: Mapping[str, Callable[[Mapping[str, str]], Request]] = {
            "/do": _act,
            "/press": _press,
            "/faults": _fault,
            "/clock": _clock,
            "/quirks": _quirks,
            "/chain": _chain,
            "/endings": _ending,
        }
        self._templates.filters["coded"] = _coded

    async def answer(self, request: Request) -> Answer:
        match request.method, request.path.split("/")[1:]:
            case "GET", [""]:
                return await self._home(dict(parse_qsl(request.query.decode("utf-8", "replace"))), request.base_url)
            case "GET", ["inspector"]:
                return self._hooks.lead_on(request)
            case "GET", ["inspector", name]:
                return self._hooks.show(name, request.base_url)
            case "GET", ["mail", message_id]:
                return self._mail(message_id)
            case "GET", ["mail", message_id, "html"]:
                return self._mail_html(message_id)
            case "GET", ["static", *names]:
                return _static("/".join(names))
            case "POST", _:
                return await self._post(request)
            case _:
                return _missing()

    async def _post(self, request: Request) -> Answer:
        values = {name: found[-1] for name, found in parse_qs(request.body.decode("utf-8", "replace")).items()}
        if request.path == "/payer":
            return await self._payer(values.get("payment", ""))
        if request.path == "/inspector":
            return await self._hooks.change(values)
        if request.path == "/faults/clear":
            for provider in self._fault_targets():
                await self._control.answer(_call("DELETE", f"/control/{provider}/faults", {}))
            return _back("All faults are cleared.", refused=False)
        form = self._forms.get(request.path)
        if form is None:
            return _missing()
        try:
            call = form(values)
        except (KeyError, ValueError, msgspec.DecodeError):
            return _back("That is not a number, or a field is missing.", refused=True)
        answer = await self._control.answer(call)
        if answer.status < 300:
            if request.path == "/endings":
                return _away("/#endings")
            back = values.get("back", "")
            return _away(back) if back in self._pages() else _back("Done.", refused=False)
        return _back(msgspec.json.decode(answer.body)["detail"], refused=True)

    async def _payer(self, payment: str) -> Answer:
        """The button of Gerbang's own page: pay this payment as it now asks to be paid, and go back there."""
        if not _PAYMENT.fullmatch(payment):
            return _back("That is no payment.", refused=True)
        held = [
            n for n, s in self._world.simulators.items() if any(o.payment == payment for o in s.orders(_MOST_PAGES))
        ]
        why = ""
        for provider in (*held, CHAIN):
            answer = await self._control.answer(_call("POST", f"/control/{provider}/pay", {"payment": payment}))
            if answer.status < 300:
                return _away(f"{self._control.director.gerbang}/pay/{payment}")
            why = why or msgspec.json.decode(answer.body)["detail"]
        return _back(why, refused=True)

    async def _home(self, query: Mapping[str, str], base_url: str) -> Answer:
        scenario_runner = self._control.director
        played = await scenario_runner.looked_again()
        asked = await self._control.answer(
            Request(method="GET", path="/control/chain", query=b"", headers={}, body=b"", base_url="")
        )
        chain = msgspec.json.decode(asked.body)
        providers = [self._provider(simulator) for simulator in self._world.simulators.values()]
        return self._render(
            "home.html",
            providers=providers,
            chain=chain,
            balances=_balances(chain),
            endings=self._endings(has_chain="head" in chain, base_url=base_url),
            played=played,
            played_calls=played.shown(base_url, scenario_runner.gerbang) if played else (),
            seen=_seen(played.seen) if played and played.seen else (),
            gerbang=scenario_runner.gerbang,
            said=query.get("said", ""),
            refused="refused" in query,
            marks=MARKS,
            catalogue=self._catalogue(),
            fault_targets=self._fault_targets(),
            armed={name: self._faults.list(name) for name in self._fault_targets()},
            mails=self._mailbox.list(MAIL, limit=20),
            texts=[*self._mailbox.list("sms", limit=20), *self._mailbox.list("whatsapp", limit=20)],
            journal=[_line(entry) for entry in list(self._world.journal.tail)[:-31:-1]],
        )

    def _endings(self, *, has_chain: bool, base_url: str) -> Sequence[Mapping[str, Any]]:
        """The catalogue's rows, each with who can play it, and with the calls by the first of them."""
        rows, scenario_runner = [], self._control.director
        able = scenario_runner.able(has_chain=has_chain)
        for name, scenario in STORIES.items():
            by = [(f"{one.provider}/{one.method}/{name}", _played_by(one)) for one in able[name]]
            row: dict[str, Any] = {"title": scenario.title, "see": scenario.see, "by": by}
            if by:
                first = able[name][0]
                once = Call("POST", f"/control/{first.provider}/endings", {"ending": name, "method": first.method})
                calls = [curl(call, base_url, scenario_runner.gerbang) for call in (once, *calls_for(first))]
                row |= {"once": calls[0], "calls": calls[1:]}
            rows.append(row)
        return rows

    def _provider(self, simulator: Simulator) -> dict[str, Any]:
        self._world.pass_time(simulator)
        orders = [_order(order) for order in simulator.orders(30)]
        quirks, choices = simulator.quirks(), simulator.quirk_choices()
        begin = [_button(one) for one in buttons(simulator)]
        return {"name": simulator.name, "orders": orders, "quirks": quirks, "choices": choices, "begin": begin}

    def _pages(self) -> Collection[str]:
        """The simulators' own pages, from one of which a form may have come."""
        orders = [order for simulator in self._world.simulators.values() for order in simulator.orders(_MOST_PAGES)]
        return {order.page for order in orders if order.page}

    def _catalogue(self) -> Mapping[str, str]:
        own = [own_faults(one) for one in self._world.simulators.values()]
        return {kind: does for of in [CATALOGUE, REFUSALS, *own] for kind, does in of.items()}

    def _fault_targets(self) -> Sequence[str]:
        return [*self._world.simulators, MAIL]

    def _mail(self, message_id: str) -> Answer:
        mail = self._mailbox.get(MAIL, message_id)
        return _missing() if mail is None else self._render("mail.html", mail=mail)

    def _mail_html(self, message_id: str) -> Answer:
        mail = self._mailbox.get(MAIL, message_id)
        return _missing() if mail is None else _html(mail.html.encode(), _MAIL_POLICY)

    def _render(self, name: str, policy: str = _POLICY, /, **values: Any) -> Answer:
        clock = self._world.clock
        values |= {"now": _shown(clock.now()), "offset_s": clock.offset_s}
        return _html(self._templates.get_template(name).render(values).encode(), policy)


def _act(values: Mapping[str, str]) -> Request:
    action, extra = _ACTS[values["do"]]
    body: dict[str, Any] = {"reference": values["reference"], **extra}
    if "amount" in extra:
        body["amount"] = int(values["amount"])
    return _call("POST", f"/control/{values['provider']}/{action}", body)


def _press(values: Mapping[str, str]) -> Request:
    """A button of a simulator's own: what it says is the body of its act."""
    return _call("POST", f"/control/{values['provider']}/{values['act']}", msgspec.json.decode(values["body"]))


def _button(one: Button) -> dict[str, str]:
    return {"act": one.act, "words": one.words, "body": msgspec.json.encode(one.body).decode()}


def _ending(values: Mapping[str, str]) -> Request:
    provider, method, ending = values["do"].split("/")
    named = values.get("payment", "").strip()
    body = {
        "ending": ending,
        "method": method,
        **({"reference" if named.startswith("att_") else "payment": named} if named else {}),
    }
    return _call("POST", f"/control/{provider}/endings", body)


def _seen(seen: Observed) -> Sequence[tuple[str, str]]:
    """What Gerbang shows of a payment, as rows of a name and a value; what there is nothing of is left out."""
    money = {"Received": seen.amount_captured, "Given back": seen.amount_refunded, "Too much": seen.amount_excess}
    asked = {"Asked for": seen.amount, **{name: amount for name, amount in money.items() if int(amount)}}
    rows = [("Status", f"{seen.status}, late" if seen.late else seen.status)]
    rows += [(name, _money(int(amount), seen.currency)) for name, amount in asked.items()]
    words = {
        "Failure": [seen.failure] if seen.failure else [],
        "Refunds": seen.refunds,
        "Attempts": seen.attempts[1:] and seen.attempts,
    }
    return [*rows, *((name, ", ".join(found)) for name, found in words.items() if found)]


def _played_by(target: Target) -> str:
    if target.method != "crypto":
        return _CALLED.get(target.method) or target.method.replace("_", " ").capitalize()
    return "Own wallet" if target.provider == CHAIN else target.provider.replace("-", " ").title()


def _coded(text: str) -> Markup:
    """`code` between backticks as such; everything else is escaped."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704  escaped first


def _fault(values: Mapping[str, str]) -> Request:
    count = int(values["count"]) if values.get("count") else None
    body = {"kind": values["kind"], "route": values.get("route", ""), "count": count}
    return _call("PUT", f"/control/{values['provider']}/faults", body)


def _clock(values: Mapping[str, str]) -> Request:
    return _call("POST", "/control/clock", {"advance_s": int(values.get("preset") or values["advance_s"])})


def _quirks(values: Mapping[str, str]) -> Request:
    chosen = {name: value for name, value in values.items() if name != "provider"}
    return _call("PUT", f"/control/{values['provider']}/quirks", chosen)


def _chain(values: Mapping[str, str]) -> Request:
    """A form of the chain's panel; what is left empty is left out."""
    match values["do"]:
        case "pay":
            to = values["to"].strip()
            body: dict[str, Any] = {"payment" if to.startswith("pay_") else "address": to}
            body |= {name: values[name] for name in ("token", "amount") if values.get(name)}
            return _call("POST", "/control/chain/pay", body | {"transfers": int(values["transfers"])})
        case "mine":
            return _call("POST", "/control/chain/mine", {"blocks": int(values["blocks"])})
        case "drop":
            return _call("POST", "/control/chain/drop", {"transaction": values["transaction"].strip()})
        case do:
            body = {"depth": int(values["blocks"]), "keep": do == "reorg_keep"}
            return _call("POST", "/control/chain/reorg", body)


def _call(method: str, path: str, body: object) -> Request:
    return Request(
        method=method,
        path=path,
        query=b"",
        headers={"content-type": "application/json"},
        body=msgspec.json.encode(body),
        base_url="",
    )


def _back(said: str, *, refused: bool) -> Answer:
    query = {"said": said, **({"refused": "1"} if refused else {})}
    return Answer(303, b"", (("location", f"/?{urlencode(query)}"),))


def _away(page: str) -> Answer:
    return Answer(303, b"", (("location", page),))


def _order(order: Order) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(order, name) for name in order.__struct_fields__}
    values["number_shown"] = " ".join(order.number[i : i + 4] for i in range(0, len(order.number), 4))
    values["buttons"] = None if order.buttons is None else [_button(one) for one in order.buttons]
    values["amount_shown"] = _money(order.amount, order.currency)
    values["other_amount"] = max(order.amount - 1_000, order.amount // 2) or order.amount + 1_000
    values["expires"] = _shown(order.expires_at) if order.expires_at else ""
    return values


def _money(amount: int, currency: str) -> str:
    """An amount of minor units, exact, as people write it."""
    if currency == "IDR":
        return f"Rp\u00a0{amount:,}".replace(",", ".")
    places = EXPONENTS.get(currency, 0)
    return f"{Decimal(amount).scaleb(-places):,.{places}f}\u00a0{currency}"


def _balances(chain: Mapping[str, Any]) -> Sequence[str]:
    """What the demo wallet has, for people: whole coins, rounded down."""
    held = chain["wallet"]["balances"] if "wallet" in chain else {}
    return [f"{int(amount) // 10 ** _DECIMALS[symbol]:,} {symbol}" for symbol, amount in held.items()]


def _line(entry: Entry) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(entry, name) for name in entry.__struct_fields__}
    values["effect_kind"] = msgspec.to_builtins(entry.effect)["kind"] if entry.effect is not None else ""
    return values


def _shown(value: datetime) -> str:
    return f"{value.astimezone(_JAKARTA):%d %b %Y %H:%M:%S} WIB"


def _static(name: str) -> Answer:
    file = (_HERE / "static" / name).resolve()
    if not file.is_relative_to(_HERE / "static") or not file.is_file() or file.suffix not in _TYPES:
        return _missing()
    return Answer(200, file.read_bytes(), (("content-type", _TYPES[file.suffix]), ("cache-control", "max-age=300")))


def _html(page: bytes, policy: str) -> Answer:
    headers = (("content-type", "text/html; charset=utf-8"), ("cache-control", "no-store"))
    return Answer(200, page, (*headers, ("content-security-policy", policy)))


_MISSING: Final = b"There is no such page in the sandbox: its pages begin at /, and acts for programs at /control/. The shop and the console are Gerbang's own, at its port."


def _missing() -> Answer:
    return Answer(404, _MISSING, (("content-type", "text/plain; charset=utf-8"),))
