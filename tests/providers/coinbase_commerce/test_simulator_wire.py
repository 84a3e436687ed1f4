"""The simulator by itself: the timeline as a machine, pages of lists, what time does, both generations' shapes, and its memory."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest

from gerbang.ports.payment import Account
from gerbang.ports.quirks import quirk_choices
from gerbang.ports.simulator import Act, Impossible, Outcome, Request
from gerbang.ports.webhook import Verified, WebhookRequest
from gerbang.providers.coinbase_commerce.simulator import CommerceSimulator
from gerbang.providers.coinbase_commerce.simulator.quirks import Quirks
from gerbang.providers.coinbase_commerce.webhook import CommerceWebhook
from tests.providers.coinbase_commerce.charges import NOW, SECRET
from tests.providers.coinbase_commerce.simulated import merchants

TX = "0x" + "ab" * 32


@dataclass
class InMemory:
    """A simulator with everything that was written down."""

    simulator: CommerceSimulator = field(
        default_factory=lambda: CommerceSimulator(merchants("http://127.0.0.1:9/hook"))
    )
    now: datetime = NOW
    effects: list[bytes] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)

    def ask(self, method: str, path: str, body: Any = None, key: str = "key-web3") -> tuple[int, Any]:
        split = urlsplit(path)
        headers = {"x-cc-api-key": key, "x-cc-version": "2018-03-22"}
        raw = b"" if body is None else msgspec.json.encode(body)
        request = Request(
            method=method,
            path=split.path,
            query=split.query.encode(),
            headers=headers,
            body=raw,
            base_url="http://sandbox/coinbase-commerce",
        )
        outcome = self._kept(self.simulator.answer(request, self.now))
        return outcome.answer.status, msgspec.json.decode(outcome.answer.body)

    def act(self, action: str, **act: Any) -> dict[str, Any]:
        outcome = self._kept(self.simulator.act(action, Act(**act), self.now))
        found: dict[str, Any] = msgspec.json.decode(outcome.answer.body)
        return found

    def wait(self, seconds: int) -> list[str]:
        self.now += timedelta(seconds=seconds)
        passed = self.simulator.pass_time(self.now)
        self.effects += [msgspec.json.encode(one.effect) for one in passed]
        return [msgspec.json.decode(webhook.body)["event"]["type"] for one in passed for webhook in one.webhooks]

    def charge(
        self, generation: str = "web3", amount: str = "100", currency: str = "USDC", **more: Any
    ) -> dict[str, Any]:
        body = {
            "name": "Kopi",
            "description": "1 kg",
            "pricing_type": "fixed_price",
            "local_price": {"amount": amount, "currency": currency},
            "metadata": {"attempt": f"att_{len(self.effects)}", "payment": "pay_1"},
        } | more
        status, answer = self.ask("POST", "/charges", body, f"key-{generation}")
        assert status == 201, answer
        found: dict[str, Any] = answer["data"]
        return found

    def read(self, charge: dict[str, Any], generation: str = "web3") -> dict[str, Any]:
        found: dict[str, Any] = self.ask("GET", f"/charges/{charge['id']}", None, f"key-{generation}")[1]["data"]
        return found

    def words(self, charge: dict[str, Any], generation: str = "web3") -> list[str]:
        entries = self.read(charge, generation)["timeline"]
        return [f"{entry['status']} {entry.get('context', '')}".strip() for entry in entries]

    def _kept(self, outcome: Outcome) -> Outcome:
        self.effects += [msgspec.json.encode(effect) for effect in outcome.effects]
        self.told += [msgspec.json.decode(webhook.body) for webhook in outcome.webhooks]
        return outcome


@pytest.fixture
def commerce() -> InMemory:
    return InMemory()


def test_an_onchain_charge_lives_from_new_to_completed_and_tells_each_step(commerce: InMemory) -> None:
    charge = commerce.charge()
    assert charge["hosted_url"] == f"http://sandbox/coinbase-commerce/hosted/pay/{charge['id']}"
    assert charge["web3_data"]["transfer_intent"] is None
    assert charge["expires_at"] == "2026-01-17T10:00:00Z"
    commerce.act("pay", reference=charge["code"], transaction=TX)
    assert commerce.words(charge) == ["NEW", "SIGNED", "PENDING", "COMPLETED"]
    paid = commerce.read(charge)
    call = paid["web3_data"]["transfer_intent"]["call_data"]
    assert int(call["recipient_amount"]) + int(call["fee_amount"]) == 100_000_000
    assert call["deadline"] == paid["expires_at"]
    assert [event["finalized"] for event in paid["web3_data"]["success_events"]] == [False, True]
    assert {event["tx_hsh"] for event in paid["web3_data"]["success_events"]} == {TX}
    types = [told["event"]["type"] for told in commerce.told]
    assert types == ["charge:created", "charge:pending", "charge:confirmed"]
    assert [len(told["event"]["data"]["timeline"]) for told in commerce.told] == [1, 3, 4]
    assert len({told["event"]["id"] for told in commerce.told}) == 3
    with pytest.raises(Impossible):
        commerce.act("pay", reference=charge["code"], transaction=TX)


def test_finality_takes_its_time_where_the_switch_says_so(commerce: InMemory) -> None:
    commerce.simulator.set_quirks({"completion": "after_14_minutes"})
    charge = commerce.charge()
    commerce.act("pay", reference=charge["id"], transaction=TX)
    assert commerce.words(charge)[-1] == "PENDING"
    assert commerce.wait(839) == []
    assert commerce.wait(1) == ["charge:confirmed"]
    assert commerce.read(charge)["confirmed_at"] == "2026-01-15T10:14:00Z"


@pytest.mark.parametrize(("generation", "seconds"), [("web3", 48 * 3600), ("legacy", 3600)])
def test_an_unpaid_charge_expires_and_tells_it(commerce: InMemory, generation: str, seconds: int) -> None:
    charge = commerce.charge(generation)
    assert commerce.wait(seconds - 1) == []
    assert commerce.wait(1) == ["charge:failed"]
    assert commerce.wait(10**6) == []
    assert commerce.words(charge, generation) == ["NEW", "EXPIRED"]


@pytest.mark.parametrize(
    ("acts", "words", "types"),
    [
        ([{"amount": 100_000_000}], ["PENDING", "COMPLETED"], ["charge:pending", "charge:confirmed"]),
        ([{"amount": 1}], ["PENDING", "UNRESOLVED UNDERPAID"], ["charge:pending", "charge:failed"]),
        ([{"amount": 10**9}], ["PENDING", "UNRESOLVED OVERPAID"], ["charge:pending", "charge:confirmed"]),
        (
            [{"amount": 1}, {"amount": 2}],
            ["PENDING", "UNRESOLVED UNDERPAID", "UNRESOLVED MULTIPLE"],
            ["charge:pending", "charge:failed", "charge:confirmed"],
        ),
        ([{"reason": "OTHER"}], ["PENDING", "UNRESOLVED OTHER"], ["charge:pending", "charge:failed"]),
    ],
)
def test_legacy_money_moves_the_timeline_as_the_old_documents_say(
    commerce: InMemory, acts: list[dict[str, Any]], words: list[str], types: list[str]
) -> None:
    charge = commerce.charge("legacy")
    for act in acts:
        commerce.act("pay", reference=charge["id"], **act)
    assert commerce.words(charge, "legacy") == ["NEW", *words]
    assert [told["event"]["type"] for told in commerce.told[1:]] == types


def test_each_try_of_a_notification_has_its_number_and_a_signature_that_fits(commerce: InMemory) -> None:
    charge = commerce.charge("web3")
    webhook = CommerceWebhook()
    account = Account("c", False, {}, {"shared_secret": [SECRET]})
    first = commerce.simulator.webhook(Act(reference=charge["id"]), "", NOW)
    for attempt in (1, 2, 3):
        sent = commerce.simulator.stamped(first, NOW, attempt)
        assert msgspec.json.decode(sent.body)["attempt_number"] == attempt
        assert isinstance(webhook.verify(account, WebhookRequest(dict(sent.headers), sent.body), 0.0), Verified)
    forged = commerce.simulator.webhook(Act(reference=charge["id"]), "token", NOW)
    assert commerce.simulator.stamped(forged, NOW, 2) == forged


def test_legacy_money_after_its_time_is_delayed(commerce: InMemory) -> None:
    charge = commerce.charge("legacy")
    commerce.wait(3600)
    with pytest.raises(Impossible):
        commerce.act("pay", reference=charge["id"])
    commerce.act("pay", reference=charge["id"], late=True)
    assert commerce.words(charge, "legacy") == ["NEW", "EXPIRED", "UNRESOLVED DELAYED"]
    assert commerce.told[-1]["event"]["type"] == "charge:delayed"


def test_a_lie_is_validly_told_and_names_a_transaction_that_no_chain_has(commerce: InMemory) -> None:
    charge = commerce.charge()
    commerce.act("lie", reference=charge["id"])
    assert commerce.words(charge) == ["NEW", "PENDING", "COMPLETED"]
    (told,) = [told for told in commerce.told if told["event"]["type"] == "charge:confirmed"]
    (hash_,) = {event["tx_hsh"] for event in told["event"]["data"]["web3_data"]["success_events"]}
    assert len(hash_) == 66


@pytest.mark.parametrize(
    ("action", "generation", "act"),
    [
        ("pay", "web3", {"amount": 5}),
        ("pay", "legacy", {"amount": 0}),
        ("pay", "legacy", {"reason": "BORED"}),
        ("cancel", "web3", {}),
        ("decline", "legacy", {}),
        ("refund", "web3", {}),
        ("dispute", "web3", {}),
        ("dance", "web3", {}),
    ],
)
def test_what_the_real_world_does_not_allow_is_impossible(
    commerce: InMemory, action: str, generation: str, act: dict[str, Any]
) -> None:
    charge = commerce.charge(generation)
    with pytest.raises(Impossible):
        commerce.act(action, reference=charge["id"], **act)
    assert commerce.words(charge, generation) == ["NEW"]


def test_a_charge_is_found_by_reference_code_id_and_payment(commerce: InMemory) -> None:
    charge = commerce.charge()
    for address in (
        {"reference": "att_0"},
        {"reference": charge["id"]},
        {"number": charge["code"]},
        {"payment": "pay_1"},
    ):
        assert commerce.simulator.webhook(Act(**address), "", NOW).subject == "att_0"
    with pytest.raises(Impossible):
        commerce.act("pay", reference="att_nobody")


def test_a_wallet_that_is_connected_gets_its_intent(commerce: InMemory) -> None:
    charge, payer = commerce.charge(), "0x" + "77" * 20
    status, answer = commerce.ask("PUT", f"/charges/{charge['id']}/hydrate", {"chain_id": 8453, "sender": payer})
    assert status == 200
    assert answer["data"]["web3_data"]["transfer_intent"]["metadata"]["sender"] == payer
    assert commerce.ask("PUT", f"/charges/{charge['id']}/hydrate", {"chain_id": 1, "sender": payer})[0] == 400
    (order,) = commerce.simulator.orders(1)
    assert payer[2:] in order.wallet[1].data


@pytest.mark.parametrize("position", quirk_choices(Quirks)["web3_cancel"])
def test_an_onchain_charge_cannot_be_canceled(commerce: InMemory, position: str) -> None:
    commerce.simulator.set_quirks({"web3_cancel": position})
    charge = commerce.charge()
    status, answer = commerce.ask("POST", f"/charges/{charge['id']}/cancel")
    assert status in {400, 404}
    assert answer["error"]["type"] == position
    assert commerce.ask("POST", f"/charges/{charge['id']}/resolve")[0] == 404


def ids_of(answer: Any) -> list[str]:
    return [one["id"] for one in answer["data"]]


def test_lists_go_by_pages_in_both_directions(commerce: InMemory) -> None:
    made = [commerce.charge()["id"] for _ in range(5)]
    first = commerce.ask("GET", "/charges?limit=2")[1]
    assert ids_of(first) == made[:2:-1]
    pagination = first["pagination"]
    assert (pagination["total"], pagination["yielded"], pagination["limit"], pagination["order"]) == (5, 2, 2, "desc")
    assert pagination["cursor_range"] == [made[4], made[3]]
    assert pagination["previous_uri"] is None
    query = dict(parse_qsl(urlsplit(pagination["next_uri"]).query))
    assert query == {"limit": "2", "order": "desc", "starting_after": made[3]}
    second = commerce.ask("GET", f"/charges?limit=2&starting_after={made[3]}")[1]
    assert ids_of(second) == [made[2], made[1]]
    assert ids_of(commerce.ask("GET", f"/charges?limit=2&ending_before={made[1]}")[1]) == [made[3], made[2]]
    assert ids_of(commerce.ask("GET", "/charges?order=asc&limit=100")[1]) == made
    assert ids_of(commerce.ask("GET", "/charges?limit=0")[1]) == []
    assert ids_of(commerce.ask("GET", "/charges", key="key-legacy")[1]) == []
    assert commerce.ask("GET", "/charges?starting_after=nothing")[0] == 404
    assert commerce.ask("GET", "/charges?order=sideways")[0] == 400


def test_prices_of_both_generations(commerce: InMemory) -> None:
    web3 = commerce.charge(amount="4.75", currency="USD")["pricing"]
    assert web3 == {
        "local": {"amount": "4.75", "currency": "USD"},
        "settlement": {"amount": "4.750000", "currency": "USDC"},
    }
    legacy = commerce.charge("legacy", "30", "USD")["pricing"]
    assert (legacy["usdc"]["amount"], legacy["ethereum"]["amount"]) == ("30.000000", "0.010000000000000000")
    ether = commerce.charge("legacy", "0.033333", "ETH")["pricing"]
    assert (ether["ethereum"]["amount"], ether["usdc"]["amount"]) == ("0.033333000000000000", "99.999000")
    free = commerce.ask("POST", "/charges", {"name": "a", "description": "b", "pricing_type": "no_price"})[1]["data"]
    assert (free["pricing_type"], free["pricing"]) == ("no_price", {})


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_object_is_an_invalid_request(commerce: InMemory, body: bytes) -> None:
    request = Request(
        method="POST",
        path="/charges",
        query=b"",
        headers={"x-cc-api-key": "key-web3"},
        body=body,
        base_url="http://sandbox",
    )
    assert commerce.simulator.answer(request, NOW).answer.status == 400


def test_every_switch_has_a_position_that_shows(commerce: InMemory) -> None:
    commerce.simulator.set_quirks(
        {
            "empty_fields": "absent",
            "completed_context": "present",
            "metadata_numbers": "as_sent",
            "exchange_rates": "present",
        }
    )
    charge = commerce.charge(metadata={"n": 159})
    assert "transfer_intent" not in charge["web3_data"]
    assert charge["metadata"] == {"n": 159}
    commerce.act("pay", reference=charge["id"], transaction=TX)
    assert commerce.words(charge)[-1] == "COMPLETED MANUAL"
    assert "exchange_rates" in commerce.charge("legacy")
    commerce.simulator.set_quirks({"metadata_numbers": "as_text", "legacy_validity_min": "15", "intent_prefix": "none"})
    assert commerce.read(charge)["metadata"] == {"n": "159.0"}
    assert commerce.read(charge)["web3_data"]["transfer_intent"]["call_data"]["prefix"] == "0x"
    assert commerce.charge("legacy")["expires_at"] == "2026-01-15T10:15:00Z"
    for values in ({"nonsense": "1"}, {"closed": "maybe"}):
        with pytest.raises(Impossible):
            commerce.simulator.set_quirks(values)


def test_replaying_the_effects_rebuilds_everything(commerce: InMemory) -> None:
    commerce.effects.append(msgspec.json.encode(commerce.simulator.set_quirks({"completion": "after_14_minutes"})))
    paid, open_, legacy = commerce.charge(), commerce.charge(), commerce.charge("legacy")
    commerce.act("pay", reference=paid["id"], transaction=TX)
    commerce.act("pay", reference=legacy["id"], amount=5)
    commerce.ask("POST", "/checkouts", {"name": "a", "description": "b", "pricing_type": "no_price"})
    rebuilt = InMemory()
    for effect in commerce.effects:
        rebuilt.simulator.replay(effect)
    assert rebuilt.simulator.orders(100) == commerce.simulator.orders(100)
    assert rebuilt.simulator.quirks() == commerce.simulator.quirks()
    for path in ("/charges", "/events", "/checkouts"):
        assert rebuilt.ask("GET", path) == commerce.ask("GET", path)
    assert rebuilt.wait(48 * 3600) == ["charge:confirmed", "charge:failed"]
    assert rebuilt.words(open_)[-1] == "EXPIRED"


def test_the_hosted_page_shows_the_amount_and_where_to_pay(commerce: InMemory) -> None:
    charge = commerce.charge(
        name="<b>Kopi</b>", redirect_url="https://shop.example.com/done", cancel_url="javascript:1"
    )

    def page(path: str) -> tuple[int, str]:
        answer = commerce.simulator.answer(
            Request(method="GET", path=path, query=b"", headers={}, body=b"", base_url="http://sandbox"), NOW
        ).answer
        return answer.status, answer.body.decode()

    status, text = page(f"/hosted/pay/{charge['id']}")
    assert status == 200
    assert "100.000000 USDC" in text
    assert "&lt;b&gt;Kopi" in text
    assert 'action="/do"' in text
    assert "javascript:" not in text
    commerce.act("pay", reference=charge["id"], transaction=TX)
    assert "https://shop.example.com/done" in page(f"/hosted/pay/{charge['id']}")[1]
    legacy = commerce.charge("legacy")
    assert legacy["addresses"]["usdc"] in page(f"/hosted/charges/{legacy['code']}")[1]
    assert page("/hosted/pay/nothing")[0] == 404


def test_without_a_key_nothing_is_told(commerce: InMemory) -> None:
    for path in ("/charges", "/events", "/checkouts", "/charges/x", "/anything"):
        status, answer = commerce.ask("GET", path, key="nobody's")
        assert (status, answer["error"]["type"]) == (401, "authentication_error")
    assert commerce.ask("GET", "/anything")[0] == 404
    assert commerce.ask("DELETE", "/charges")[0] == 404
