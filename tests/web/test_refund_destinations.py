"""Who may say where a refund goes, who is shown links, who hears of it, and on whose name it is written (R62)."""

import asyncio
import re
from typing import Any

import httpx
import pytest

from gerbang.base import ids
from gerbang.core.identity.model import Client, Role
from gerbang.sandbox.app import Sandbox
from tests.conftest import NO_TLS
from tests.web.conftest import PASSWORD, Edge

Shop = tuple[Edge, Sandbox]
ACCOUNT = {"bank": "BNI", "account": "0341882288", "name": "Sari Wulandari"}
THEFT = {"bank": "BCA", "account": "9990001114", "name": "Orang Lain"}


async def a_paid_payment(edge: Edge, **more: Any) -> dict[str, Any]:
    made = (await edge.create(method="virtual_account", method_options={"bank": "BCA"}, **more)).json()
    async with httpx.AsyncClient(verify=NO_TLS) as client:
        control = edge.services.settings.sandbox_url + "/control/nicepay/pay"
        assert (await client.post(control, json={"payment": made["id"]})).status_code < 300
    await edge.post(f"/v1/payments/{made['id']}/refresh")
    return dict(made)


async def a_waiting_refund(edge: Edge, who: str = "developer", **more: Any) -> tuple[dict[str, Any], str]:
    made = await a_paid_payment(edge, **more)
    asked = {"reason": "rahasia toko: pelanggan rewel"}
    refund = await edge.post(f"/v1/payments/{made['id']}/refunds", who, asked, "new")
    assert refund.json()["status"] == "awaiting_transfer", refund.text
    return made, refund.json()["id"]


async def a_person(edge: Edge, role: Role) -> str:
    """A user of the role, as a caller of the API; returns their label."""
    identity = edge.services.identity
    email = f"{role.value}-{ids.new().hex[-8:]}@lumbung.example"
    user = await identity.accounts.create("system:test", email, PASSWORD, "Ratih", "id", role)
    pair = await identity.sessions.login(email, PASSWORD, Client("127.0.0.1"))
    label = f"user:{ids.show('usr', user.id)}"
    edge.tokens[label] = f"Bearer {pair.access_token}"
    return label


async def payer_by_mail(edge: Edge, refund: str) -> httpx.AsyncClient:
    """The browser of whoever opened the link in the payer's mail."""
    return await opened(edge, refund, await edge.services.payments.mailed_refund_token(ids.read("ref", refund)))


async def opened(edge: Edge, refund: str, token: str) -> httpx.AsyncClient:
    browser = httpx.AsyncClient(base_url=edge.url, timeout=20, headers={"origin": edge.url}, verify=NO_TLS)
    assert (await browser.get(f"/refund/{refund}", params={"t": token})).status_code == 200
    return browser


async def test_who_only_reads_a_payment_is_shown_no_link_to_it_and_none_to_its_refund(shop: Shop) -> None:
    """A support key, and whoever holds the checkout link: neither gets to where the account is named."""
    edge, _ = shop
    made, refund = await a_waiting_refund(edge, customer={"name": "Sari", "email": "sari@example.com"})
    seen = [
        await edge.get(path, "support")
        for path in (
            f"/v1/payments/{made['id']}",
            "/v1/payments",
            "/v1/refunds",
            f"/v1/refunds/{refund}",
            f"/v1/payments/{made['id']}/timeline",
        )
    ]
    assert seen[0].json()["checkout_url"] is None
    assert not [answer.text for answer in seen if "?t=" in answer.text]
    assert (await edge.get(f"/v1/payments/{made['id']}", "developer")).json()["checkout_url"] == made["checkout_url"]
    async with httpx.AsyncClient(base_url=edge.url, headers={"origin": edge.url}, verify=NO_TLS) as holder:
        page = await holder.get(made["checkout_url"], follow_redirects=True)
        assert "kami transfer balik" in page.text
        assert "/refund/" not in page.text
        pressed = await holder.post(f"/pay/{made['id']}/refund-link", data={})
        again = await holder.post(f"/pay/{made['id']}/refund-link", data={})
        assert {pressed.headers["location"], again.headers["location"]} == {f"/pay/{made['id']}?asked=mailed"}
        assert "s•••@example.com" in (await holder.get(pressed.headers["location"])).text
    assert len(await edge.audited("refund.link_sent")) == 1  # at most one mail in five minutes
    for path, body in (("link", None), ("settle", {"reference": "TRX-1"})):
        assert (await edge.post(f"/v1/refunds/{refund}/{path}", "support", body)).status_code == 403
    named = await edge.client.put(f"/v1/refunds/{refund}/destination", json=THEFT, headers=edge.headers("support"))
    assert named.status_code == 403


async def test_a_destination_is_versioned_told_and_written_on_the_name_of_who_named_it(shop: Shop) -> None:
    edge, _ = shop
    _, refund = await a_waiting_refund(edge)
    payer = await payer_by_mail(edge, refund)
    assert (await payer.post(f"/refund/{refund}/name", data=ACCOUNT | {"version": "0"})).status_code == 303
    twice = await payer.post(f"/refund/{refund}/name", data=ACCOUNT | {"version": "0"})  # pressed twice: one version
    assert twice.status_code == 303
    stale = await payer.post(
        f"/refund/{refund}/name", data=THEFT | {"version": "0"}
    )  # another tab, older than what counts
    assert stale.status_code == 409
    assert "Rekening lain sudah disebut" in stale.text
    assert "BNI •••288" in stale.text
    assert 'name="version" value="1"' in stale.text, "the person may still choose the other account"
    assert "0341882288" not in stale.text
    reviewed = await payer.post(f"/refund/{refund}/review", data=THEFT | {"version": "0"})
    assert (reviewed.status_code, "BNI •••288" in reviewed.text) == (409, True)
    said = (await edge.get(f"/v1/refunds/{refund}", "finance")).json()["destination"]
    assert (said["account"], said["version"], said["named_by"]) == ("0341882288", 1, f"payer:{refund}")
    finance = await a_person(edge, Role.FINANCE)
    put = f"/v1/refunds/{refund}/destination"
    late = await edge.client.put(put, json=THEFT, headers=edge.headers(finance))
    assert (late.status_code, late.json()["code"]) == (409, "destination_changed")
    changed = await edge.client.put(put, json=THEFT | {"version": 1}, headers=edge.headers(finance))
    assert changed.json()["destination"]["named_by"] == finance
    (entry,) = await edge.audited("refund.destination_changed")
    assert (entry["actor"], entry["detail"]["was"], entry["detail"]["to"]) == (finance, "BNI •••288", "BCA •••114")
    announced = await told(edge, "refund.destination_changed")
    assert (announced["by"], announced["was"], announced["to"]) == ("operator", "BNI •••288", "BCA •••114")
    assert "9990001114" not in str(announced)
    await payer.aclose()


async def told(edge: Edge, type_: str) -> Any:
    async with edge.services.db.reading() as tx:
        return await tx.fetchval("SELECT data FROM announcements WHERE type = $1", type_)


async def test_a_transfer_is_recorded_for_the_account_that_was_seen_and_for_no_later_one(shop: Shop) -> None:
    edge, _ = shop
    _, refund = await a_waiting_refund(edge)
    payer = await payer_by_mail(edge, refund)
    await payer.post(f"/refund/{refund}/name", data=ACCOUNT | {"version": "0"})
    settle = f"/v1/refunds/{refund}/settle"
    unseen = await edge.post(
        settle, "admin", {"reference": "TRX-1"}
    )  # asked for with no account, which was named since
    assert (unseen.status_code, unseen.json()["errors"][0]["pointer"]) == (409, "/destination_version")
    await payer.post(f"/refund/{refund}/name", data=THEFT | {"version": "1"})
    for stale in ({"reference": "TRX-1", "destination_version": 1}, {"reference": "TRX-1"}):
        answer = await edge.post(settle, "admin", stale)
        assert (answer.status_code, answer.json()["code"]) == (409, "destination_changed"), answer.text
        assert "BCA •••114 (version 2, named by payer:" in answer.json()["detail"]
    done = await edge.post(settle, "admin", {"reference": "TRX-1", "destination_version": 2})
    assert done.json()["status"] == "succeeded"
    (entry,) = await edge.audited("refund.settled")
    assert (entry["detail"]["destination_version"], entry["detail"]["to"]) == (2, "BCA •••114")
    await payer.post(f"/refund/{refund}/name", data=ACCOUNT | {"version": "2"})
    named = await edge.client.put(f"/v1/refunds/{refund}/destination", json=ACCOUNT, headers=edge.headers("admin"))
    assert (named.status_code, named.json()["code"]) == (409, "refund_not_awaiting_transfer")
    assert await edge.count("refund_destinations") == 2
    await payer.aclose()


async def test_two_changes_at_the_same_moment_are_as_if_one_came_after_the_other(shop: Shop) -> None:
    """R64: of ten that replace the same version one does, and a transfer never goes by what was replaced."""
    edge, _ = shop
    _, refund = await a_waiting_refund(edge)
    put, headers = f"/v1/refunds/{refund}/destination", edge.headers("finance")
    accounts = [ACCOUNT | {"account": f"034188228{digit}"} for digit in range(10)]
    answers = await asyncio.gather(*(edge.client.put(put, json=one, headers=headers) for one in accounts))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
    settled, _changed = await asyncio.gather(
        edge.post(f"/v1/refunds/{refund}/settle", "admin", {"reference": "TRX-1", "destination_version": 1}),
        edge.client.put(put, json=THEFT | {"version": 1}, headers=headers),
    )
    refund_now = (await edge.get(f"/v1/refunds/{refund}")).json()
    assert refund_now["destination"]["version"] == (1 if settled.status_code == 200 else 2)


async def test_a_link_ends_with_whoever_made_it(shop: Shop) -> None:
    edge, _ = shop
    _, refund = await a_waiting_refund(edge)
    finance = await a_person(edge, Role.FINANCE)
    token = (await edge.post(f"/v1/refunds/{refund}/link", finance)).json()["url"].partition("?t=")[2]
    before = await (await opened(edge, refund, token)).get(f"/refund/{refund}")
    user = f"/v1/users/{finance.partition(':')[2]}"
    ended = await edge.client.patch(user, headers=edge.headers("admin"), json={"disabled": True})
    after = await httpx.AsyncClient(verify=NO_TLS).get(f"{edge.url}/refund/{refund}?t={token}")
    assert (before.status_code, ended.status_code, after.status_code) == (200, 200, 404)


async def test_what_an_operator_presses_is_not_written_on_the_payers_name(shop: Shop) -> None:
    edge, _ = shop
    _, refund = await a_waiting_refund(edge)
    finance = await a_person(edge, Role.FINANCE)
    link = (await edge.post(f"/v1/refunds/{refund}/link", finance)).json()["url"]
    (issued,) = await edge.audited("refund.link_issued")
    assert issued["actor"] == finance
    browser = await opened(edge, refund, link.partition("?t=")[2])
    await browser.post(f"/refund/{refund}/name", data=ACCOUNT)
    (named,) = await edge.audited("refund.destination_named")
    assert (named["actor"], named["detail"]["link_issued_by"]) == (f"payer:{refund}", finance)
    session = {
        "cookie": f"grb_session={edge.tokens[finance].removeprefix('Bearer ')}; grb_link={browser.cookies['grb_link']}"
    }
    await httpx.AsyncClient(verify=NO_TLS).post(
        f"{edge.url}/refund/{refund}/name", data=THEFT | {"version": "1"}, headers=session | {"origin": edge.url}
    )
    (changed,) = await edge.audited("refund.destination_changed")
    assert changed["actor"] == finance
    support = await a_person(edge, Role.SUPPORT)
    session["cookie"] = session["cookie"].replace(
        edge.tokens[finance].removeprefix("Bearer "), edge.tokens[support].removeprefix("Bearer ")
    )
    refused = await httpx.AsyncClient(verify=NO_TLS).post(
        f"{edge.url}/refund/{refund}/name", data=ACCOUNT | {"version": "2"}, headers=session | {"origin": edge.url}
    )
    assert refused.status_code == 403
    await browser.aclose()


@pytest.mark.parametrize("forged", ["usr", "other refund", "payment"])
async def test_a_link_to_a_refund_follows_from_nothing_that_others_hold(shop: Shop, forged: str) -> None:
    edge, _ = shop
    made, refund = await a_waiting_refund(edge)
    refund_id = ids.read("ref", refund)
    context = edge.services.payments.context
    issuer = await a_person(edge, Role.FINANCE)
    other = await a_person(edge, Role.FINANCE)
    token = {
        "usr": (await context.refund_token(refund_id, issuer)).replace(
            issuer.partition(":")[2], other.partition(":")[2]
        ),
        "other refund": await context.refund_token(ids.new()),
        "payment": made["checkout_url"].partition("?t=")[2],
    }[forged]
    assert await edge.services.payments.check_refund_link(refund_id, token) is None
    assert await edge.services.payments.check_refund_link(refund_id, await context.refund_token(refund_id, issuer))


async def test_whoever_asked_for_a_refund_does_not_pay_it_out_where_two_people_may(shop: Shop) -> None:
    edge, _ = shop
    first = await a_person(edge, Role.FINANCE)  # with the owner they are two
    _, refund = await a_waiting_refund(edge, first)
    _, key = await edge.services.identity.api_keys.create(
        await edge.services.identity.caller_of(edge.tokens[first]), "my own", Role.FINANCE
    )
    edge.tokens["own key"] = f"Bearer {key}"
    for who in (first, "own key"):
        answer = await edge.post(f"/v1/refunds/{refund}/settle", who, {"reference": "TRX-1"})
        assert (answer.status_code, answer.json()["code"]) == (403, "refund_asked_for_by_same_person"), who
    assert (await edge.post(f"/v1/refunds/{refund}/settle", "admin", {"reference": "TRX-1"})).status_code == 200


async def test_nobody_is_stopped_where_only_one_person_may_settle_and_the_audit_says_so(shop: Shop) -> None:
    edge, _ = shop
    pair = await edge.services.identity.sessions.login("owner@example.com", PASSWORD, Client("127.0.0.1"))
    edge.tokens["owner"] = f"Bearer {pair.access_token}"
    _, refund = await a_waiting_refund(edge, "owner")
    assert (await edge.post(f"/v1/refunds/{refund}/settle", "owner", {"reference": "TRX-1"})).status_code == 200
    (entry,) = await edge.audited("refund.settled")
    assert entry["detail"]["same_person"] is True


async def test_a_payer_and_a_customer_see_only_what_is_theirs(shop: Shop) -> None:
    """By the API, its lists and its events: an allow-list, so that a new field of the business's is not theirs by accident."""
    edge, _ = shop
    customer = ids.show("usr", edge.users["customer"].id)
    made, refund = await a_waiting_refund(edge, customer={"id": customer}, metadata={"margin": "rahasia"})
    by_link = {"x-payment-token": made["checkout_url"].partition("?t=")[2]}
    views = [
        (await edge.client.get(f"/v1/payments/{made['id']}", headers=by_link)).json(),
        (await edge.client.get(f"/v1/payments/{made['id']}/attempts", headers=by_link)).json()["data"][0],
        (await edge.get(f"/v1/payments/{made['id']}", "customer")).json(),
        (await edge.get("/v1/payments", "customer")).json()["data"][0],
        (await edge.get(f"/v1/refunds/{refund}", "customer")).json(),
    ]
    for view in views:
        for inner in (
            "metadata",
            "connection",
            "reason",
            "requested_by",
        ):
            assert f"'{inner}'" not in str(view), inner
        assert "nicepay-uji" not in str(view)
        assert "rahasia" not in str(view)
    assert views[0]["refunds"][0]["status"] == "awaiting_transfer"
    heard = []
    async with edge.client.stream(
        "GET", f"/v1/payments/{made['id']}/events", headers=by_link | {"last-event-id": f"0-{0:032x}"}
    ) as stream:
        async for line in stream.aiter_lines():
            heard.append(line)
            if "ready" in line:
                break
    text = "\n".join(heard)
    assert "refund.awaiting_transfer" in text
    assert not re.search(r"rahasia|nicepay-uji|reason|connection", text)


async def test_refunds_are_listed_with_filters_by_signed_cursors(shop: Shop) -> None:
    edge, _ = shop
    made = await a_paid_payment(edge)
    refunds = [
        (
            await edge.post(
                f"/v1/payments/{made['id']}/refunds", "finance", {"reason": "cold", "amount": 10_000}, "new"
            )
        ).json()["id"]
        for _ in range(3)
    ]
    await edge.post(f"/v1/refunds/{refunds[0]}/settle", "admin", {"reference": "TRX-1"})
    first = (await edge.get("/v1/refunds", "support", limit=2)).json()
    rest = (await edge.get("/v1/refunds", "support", limit=2, cursor=first["next_cursor"])).json()
    assert [one["id"] for one in first["data"] + rest["data"]] == refunds[::-1]
    assert rest["next_cursor"] is None
    for filters, found in (
        ({"status": "succeeded"}, refunds[:1]),
        ({"status": "awaiting_transfer", "payment": made["id"]}, refunds[:0:-1]),
        ({"payment": ids.show("pay", ids.new())}, []),
        ({"created_after": "2999-01-01T00:00:00Z"}, []),
        ({"created_before": "2999-01-01T00:00:00Z"}, refunds[::-1]),
    ):
        answer = await edge.get("/v1/refunds", "finance", **filters)
        assert [one["id"] for one in answer.json()["data"]] == found, filters
    for wrong in ({"status": "payed"}, {"payment": "nothing"}, {"cursor": "AAAA"}):
        assert (await edge.get("/v1/refunds", "finance", **wrong)).status_code == 422
    assert (await edge.get("/v1/refunds", "customer")).status_code == 403
