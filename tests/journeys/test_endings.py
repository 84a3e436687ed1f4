"""Every ending that the running sandbox says it can play, played for a payment of its own: what its sentence promises is what Gerbang shows."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Final

import pytest

from gerbang.demo import played
from gerbang.providers import PROVIDERS
from gerbang.sandbox.endings import STORIES
from gerbang.sandbox.expectations import IS_SEEN
from tests.journeys.world import Json, World, eventually
from tests.providers.sampling import sampled


def is_down(payment: Json) -> bool:
    return [a["status"] for a in payment["attempts"]] == ["abandoned"] * 3 + ["pending"]


# What must become of a payment, whatever its method.
BECOMES: Final[Mapping[str, Callable[[Json], bool]]] = {
    "paid": lambda p: p["status"] == "paid" and not p["late"] and p["amount_captured"] == p["amount"],
    "under": lambda p: p["status"] == "part_paid" and 0 < p["amount_captured"] < p["amount"],
    "over": lambda p: p["status"] == "paid" and 0 < p["amount_excess"] < p["amount"],
    "late": lambda p: p["status"] == "paid" and p["late"],
    "parts": lambda p: p["status"] == "paid" and p["amount_captured"] == p["amount"] and p["amount_excess"] == 0,
    "under_untold": lambda p: p["status"] == "pending" and p["amount_captured"] == 0,
    "under_claimed": lambda p: p["status"] == "held" and 0 < p["amount_captured"] < p["amount"],
    "held": lambda p: p["status"] == "held" and p["next_action"] is None,
    "unknown": lambda p: p["status"] in {"unknown", "pending"} and len(p["attempts"]) == 1,  # it is soon found
    "repeated": lambda p: p["status"] == "paid" and p["amount_captured"] == p["amount"],
    "twice": lambda p: p["status"] == "paid" and p["amount_excess"] == p["amount"],
    "expired": lambda p: p["status"] == "expired",
    "declined": lambda p: p["status"] == "failed",
    "secure_refused": lambda p: p["status"] == "failed",
    "refund_refused": lambda p: p["status"] == "paid" and [r["status"] for r in p["refunds"]] == ["failed"],
    "taken_back": lambda p: p["status"] == "pending" and p["amount_captured"] == 0,
    "wrong_coin": lambda p: p["status"] == "pending",
    "lost": lambda p: p["status"] == "pending",
    "forged": lambda p: p["status"] == "pending",
    "false_word": lambda p: p["status"] == "pending",
    "down": is_down,
}


async def bought(world: World, provider: str, method: str) -> Json:
    """A payment by this method through the demo's connection to this simulator."""
    amount, currency = (4_850, "USD") if method == "crypto" else (150_000, "IDR")
    offers = (await world.get("/v1/payment-methods", amount=amount, currency=currency))["data"]
    offer = next(one for one in offers if one["method"] == method)
    options = {offer["option"]: offer["options"][0]["name"]} if offer["option"] else {}
    if offer["assets"]:
        options = {"asset": "USDC", "network": "base"}
    body = {
        "amount": amount,
        "currency": currency,
        "description": "Kopi Gayo",
        "method": method,
        "method_options": options,
        "connection": played(PROVIDERS)[provider],
        "customer": {"name": "Sari Wulandari", "phone": "+6591234567" if method == "crypto" else "081234567890"},
    }
    made: Json = await world.post("/v1/payments", body)
    return made


async def play(world: World, ending: str, provider: str, method: str, **named: str) -> Json:
    """One press: the answer says for which payment."""
    wish = {"ending": ending, "method": method, **named}
    answer = await world.http.post(f"{world.sandbox}/control/{provider}/endings", json=wish)
    assert answer.status_code == 200, f"{ending} by {method} of {provider}: {answer.text}"
    played: Json = answer.json()
    return played


async def playable(world: World) -> list[tuple[str, str, str]]:
    """Ending, simulator, method: everything that the sandbox offers."""
    told = (await world.http.get(f"{world.sandbox}/control/endings")).json()["data"]
    return [(one["ending"], by["provider"], by["method"]) for one in told for by in one["by"]]


def shown(case: tuple[str, str, str]) -> list[tuple[str, str]]:
    """What one ending shows: itself at this provider, and this method of it."""
    ending, provider, method = case
    return [(provider, ending), (provider, method)]


@pytest.mark.parametrize(
    "choose", [shown, pytest.param(lambda case: [case], marks=pytest.mark.full)], ids=["some", "all"]
)
async def test_every_ending_of_every_method_is_seen_in_gerbang(
    world: World, choose: Callable[[tuple[str, str, str]], Sequence[Hashable]]
) -> None:
    """Without `full` every ending and every method of each provider has its turn."""
    everything = await playable(world)
    assert {("paid", "nicepay", "virtual_account"), ("secure_refused", "nicepay", "card")} <= set(everything)
    for ending, provider, method in sampled(everything, choose):
        if STORIES[ending].own:
            continue  # makes its own payment; see below
        payment = await bought(world, provider, method)
        played = await play(world, ending, provider, method, payment=payment["id"])
        assert played["payment"] == payment["id"]
        await sees(world, payment, ending, f"{ending} by {method} of {provider}")


async def sees(world: World, payment: Json, ending: str, what: str) -> None:
    seen: list[Json] = []

    async def is_so() -> bool:
        seen[:] = [await world.payment(payment)]
        return BECOMES[ending](seen[0])

    try:
        await eventually(is_so, what)
    except AssertionError as error:
        moments = (await world.get(f"/v1/payments/{payment['id']}/timeline"))["data"]
        told = " | ".join(f"{moment['kind']} {moment['detail']}" for moment in moments)
        raise AssertionError(f"{error}; it is {seen[0]['status']}: {told}") from error
    assert IS_SEEN[ending](seen[0]) or ending == "unknown", f"{what}: the sandbox would not say that it has seen it"
    extra = MORE.get(ending)
    if extra is not None:
        await extra(world, payment)


async def test_trouble_that_is_there_first_costs_attempts_and_no_payment(world: World) -> None:
    for ending, provider, method in await playable(world):
        if STORIES[ending].own:
            played = await play(world, ending, provider, method)
            await sees(world, {"id": played["payment"]}, ending, f"{ending} by {method} of {provider}")
            assert (await world.http.get(f"{world.sandbox}/control/{provider}/faults")).json()["data"][-1]["left"] == 0


async def test_with_nothing_named_the_newest_open_payment_ends(world: World) -> None:
    payment = await bought(world, "nicepay", "virtual_account")
    first = await play(world, "paid", "nicepay", "virtual_account")
    assert first["payment"] == payment["id"]
    await world.becomes(payment, "paid")
    assert first["seen"]["console"] == f"{world.api}/console/payments/{payment['id']}"
    assert first["seen"]["amount"] == payment["amount"]


async def kept_once(world: World, payment: Json) -> None:
    events = (await world.get("/v1/webhook-events", limit=50))["data"]
    attempt = payment["attempts"][0]["id"]
    assert [event["times_seen"] for event in events if event["subject"] == attempt] == [4]
    assert len(await world.ledger(payment)) == 1


async def was_captured(world: World, payment: Json) -> None:
    moments = (await world.get(f"/v1/payments/{payment['id']}/timeline"))["data"]
    assert "captured" in [moment["detail"].get("to") for moment in moments]
    lines = await world.ledger(payment)
    assert lines
    assert sorted(lines) == sorted((credit, debit, amount) for debit, credit, amount in lines), "reversed line by line"


async def was_unknown(world: World, payment: Json) -> None:
    moments = (await world.get(f"/v1/payments/{payment['id']}/timeline"))["data"]
    assert "unknown" in [moment["detail"].get("to") for moment in moments]


async def is_found_when_asked(world: World, payment: Json) -> None:
    asked = await world.post(f"/v1/payments/{payment['id']}/refresh", expect=200)
    if asked["status"] != "paid":  # a chain wants its blocks
        await world.control("chain/mine", blocks=3)
    await world.becomes(payment, "paid")


async def stays_unpaid_when_asked(world: World, payment: Json) -> None:
    asked = await world.post(f"/v1/payments/{payment['id']}/refresh", expect=200)
    assert (asked["status"], asked["amount_captured"]) == ("pending", 0)


async def is_shown_for_what_it_is(world: World, payment: Json) -> None:
    seen = (await world.get(f"/v1/payments/{payment['id']}/chain"))["data"]
    assert [one["verdict"] for one in seen] == ["unknown_token"]


async def is_rejected(world: World, payment: Json) -> None:
    connection = payment["connection"]

    async def listed() -> bool:
        rejected = (await world.get("/v1/webhook-rejections"))["data"]
        return any(one["source"] == connection and one["reason"] in ("forged", "bad_signature") for one in rejected)

    await eventually(listed, f"a rejected webhook of {connection}")
    await stays_unpaid_when_asked(world, payment)


MORE: Final[Mapping[str, Callable[[World, Json], Any]]] = {
    "repeated": kept_once,
    "taken_back": was_captured,
    "lost": is_found_when_asked,
    "wrong_coin": is_shown_for_what_it_is,
    "unknown": was_unknown,
    "forged": is_rejected,
    "false_word": stays_unpaid_when_asked,
}
