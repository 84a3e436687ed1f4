"""A form that was sent while the database does not answer, or is away: it comes back with everything typed, and can be sent again as it was."""

import asyncio
import re
from html import unescape

import httpx

from gerbang.core.identity.model import Role
from tests.web.conftest import PASSWORD, Edge, Line
from tests.web.console.test_operators import hidden, signed_in

LINK = {
    "amount": "Rp 150.000",
    "description": "Kopi <Gayo>",
    "order": "LBG-77",
    "name": "Sari",
    "email": "sari@example.com",
}
CHOSEN = {"currency": "IDR", "expires": "3d", "language": "id"}
BROWSER = {"accept": "text/html"}


async def test_a_form_sent_in_an_outage_comes_back_whole_and_can_be_sent_again(far_edge: tuple[Edge, Line]) -> None:
    edge, line = far_edge
    desk, payer = (
        await signed_in(edge, Role.ADMIN),
        httpx.AsyncClient(base_url=edge.url, timeout=20, headers={"origin": edge.url}),
    )
    made = (await edge.create()).json()
    await payer.get(made["checkout_url"])
    link = LINK | CHOSEN | {"key": hidden(await desk.get("/console/payments/new"), "key")}
    forms = [
        (desk, "/console/payments/new", link, LINK),
        (
            desk,
            f"/console/payments/{made['id']}/refund",
            {"amount": "1000", "reason": "Rusak & basah", "key": "k"},
            {"reason": "Rusak & basah"},
        ),
        (
            payer,
            f"/pay/{made['id']}/choose",
            {"method": "ewallet", "phone": "0812 3456 7890", "key": "k"},
            {"phone": "0812 3456 7890"},
        ),
        (payer, "/login", {"email": "sari@example.com", "password": PASSWORD}, {"email": "sari@example.com"}),
    ]
    answers = list[httpx.Response]()
    for begin, end in ((line.freeze, line.thaw), (line.cut, line.mend)):
        if (waited := begin()) is not None:
            await waited
        answers = await asyncio.wait_for(
            asyncio.gather(*(who.post(path, data=form, headers=BROWSER) for who, path, form, _ in forms)), 10
        )
        if (waited := end()) is not None:
            await waited
        for (_, path, _, typed), answer in zip(forms, answers, strict=True):
            page = unescape(answer.text)
            told = (
                answer.status_code,
                answer.headers["content-type"].partition(";")[0],
                "Sebentar, kami belum bisa menjawab" in page,
            )
            assert told == (503, "text/html", True), f"{path}: {answer.status_code} {page[:600]}"
            assert [value for value in typed.values() if value not in page] == [], path
            assert PASSWORD not in page
        again = dict(re.findall(r'name="(\w+)" value="([^"]*)"', answers[0].text))
        assert {
            name: unescape(value) for name, value in again.items()
        } == link  # with its key: sent again it is made once
    await asyncio.gather(desk.aclose(), payer.aclose())
