"""The simulator's SNAP against the vectors of NICEPAY's own library, in memory: raw bytes in, refusals and answers out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
import pytest

from gerbang.ports.simulator import Act, Impossible, Outcome, Request
from gerbang.providers.nicepay.simulator import Merchant, NicepaySimulator, SnapClient
from gerbang.providers.nicepay.simulator.snap import signing
from gerbang.providers.nicepay.simulator.snap.sessions import _Issued
from tests.providers.nicepay.snap.keys import CLIENT_ID, SECRET, private_key, public_key
from tests.providers.nicepay.snap.test_vectors import CREATE, DELETE, FOR_A_TOKEN, PEM, S1, S2, S3, TOKEN, W3

NOW: Final = datetime(2025, 1, 15, 2, 30, tzinfo=UTC)
STAMP: Final = "2025-01-15T09:30:00+07:00"
STATUS: Final = "/api/v1.0/transfer-va/status"


@dataclass
class Box:
    """The simulator without a network, its clock in our hand. Every effect is kept, so that a test can replay them."""

    public_key: str = field(default_factory=lambda: public_key("merchant"))
    now: datetime = NOW
    effects: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.simulator = self.fresh()
        self.simulator._world.desk._tokens[TOKEN] = _Issued(CLIENT_ID, NOW + timedelta(hours=1))

    def fresh(self) -> NicepaySimulator:
        client = SnapClient(SECRET, self.public_key)
        merchants = (
            Merchant(CLIENT_ID, "", ("02", "05", "08"), "Toko", client),
            Merchant("DEMOMERCH1", "a key", ("02",), "Toko"),
        )
        return NicepaySimulator(merchants, private_key("nicepay"))

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
        outcome = self.kept(
            self.simulator.answer(
                Request(method=method, path=path, query=b"", headers=headers, body=body, base_url="http://s/nicepay"),
                self.now,
            )
        )
        return outcome.answer.status, json.loads(outcome.answer.body)

    def call(
        self, path: str, body: bytes | Mapping[str, Any], method: str = "POST", stamp: str = STAMP, **changes: str
    ) -> tuple[int, dict[str, Any]]:
        """A call as it should be, with headers changed or (empty) left out."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {
            "content-type": "Application/JSON",
            "authorization": f"Bearer {TOKEN}",
            "x-timestamp": stamp,
            "x-partner-id": CLIENT_ID,
            "x-external-id": str(len(self.effects)) + path + stamp,
            "channel-id": f"{CLIENT_ID}01",
            "x-signature": signing.call_signature(SECRET, method, path, TOKEN, raw, stamp),
        } | {name.replace("_", "-"): value for name, value in changes.items()}
        return self.ask(
            method,
            path,
            {name: value[:40] if name == "x-external-id" else value for name, value in headers.items() if value},
            raw,
        )

    def act(self, action: str, reference: str) -> Outcome:
        return self.kept(self.simulator.act(action, Act(reference=reference), self.now))

    def kept(self, outcome: Outcome) -> Outcome:
        self.effects += [msgspec.json.encode(effect) for effect in outcome.effects]
        return outcome


def account_body(**changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(S1)
    return body | changes


def test_the_official_librarys_token_request_is_granted() -> None:
    """W2, byte for byte."""
    box = Box(PEM.decode())
    headers = {
        "content-type": "Application/JSON",
        "x-timestamp": STAMP,
        "x-client-key": CLIENT_ID,
        "x-signature": FOR_A_TOKEN,
    }
    body = b'{"grantType": "client_credentials", "additionalInfo": ""}'
    assert len(body) == 57
    status, said = box.ask("POST", "/v1.0/access-token/b2b", headers, body)
    assert (status, said["responseCode"], said["tokenType"], said["expiresIn"]) == (200, "2007300", "Bearer", "900")
    assert said["accessToken"].count(".") == 2
    for name, value in (
        ("x-timestamp", "2025-01-15T09:30:01+07:00"),
        ("x-client-key", "DEMOSNAP02"),
        ("x-signature", "AAAA"),
    ):
        status, said = box.ask("POST", "/v1.0/access-token/b2b", {**headers, name: value}, body)
        assert (status, said["responseCode"]) == (401, "4017300"), name


def test_the_official_librarys_create_is_taken() -> None:
    """W3, byte for byte."""
    box = Box()
    headers = {
        "authorization": f"Bearer {TOKEN}",
        "x-timestamp": STAMP,
        "x-partner-id": CLIENT_ID,
        "x-external-id": "ordNo20250115093000",
        "channel-id": "DEMOSNAP0101",
        "content-type": "Application/JSON",
        "x-signature": "PcmjRJPPPvmRp39X7DuBlRZ6Te37w/vlD+JwHOrCrE2+nBPX7bCEk0ww8mi0G2Dy17u03AW4b9tovqA5UpTSHg==",
    }
    status, said = box.ask("POST", CREATE, headers, W3)
    assert (status, said["responseCode"]) == (200, "2002700")
    assert said["virtualAccountData"]["virtualAccountNo"].startswith("7001400009")


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (S1, "QTg2ZINIUPVh1KWl47+0Yub6+IYKg0bvMhkRpYDPgksqakoRucBtpIIj2ty7PJ54gYPhVIoNhlLQ9l53UGRmfg=="),
        (S2, "K6+womC7LPwq5W2lgpL1L3tAPXcO7SMgOJRp+jRSWy+RbRiid/Ui6swXA9eLJoBKYvBaPW+YWCQpjkXfgfcC/Q=="),
        (S3, "//pMnf5bDRIHOquuwbq7aD9TMJb2/K0kCyZMVts71UG7k1j4BS14ZDb2ZlFdkeJc3YqSkShNcEZEjLhBqJ03ig=="),
    ],
    ids=["minified", "spaced", "escaped"],
)
def test_every_serialisation_is_taken_when_its_own_bytes_are_signed(body: bytes, signature: str) -> None:
    stamp = "2025-01-15T09:30:05+07:00"
    assert Box().call(CREATE, body, stamp=stamp, x_signature=signature)[1]["responseCode"] == "2002700"
    others = {S1, S2, S3} - {body}
    for other in others:
        assert Box().call(CREATE, other, stamp=stamp, x_signature=signature)[1]["responseCode"] == "4012700"


def test_a_delete_is_verified_over_its_body() -> None:
    """The vector's account is not here, so it is refused for that and for nothing else; one byte more, and it is the signature."""
    signature = "6pdkeO0YHEa1ncI6t4qA2tixi0R+m+wu8rp9SkJytKBTnhyrczmsh4m2GE6h+GWcbZVGijVoTbyehxy5/JNpnw=="
    box, path, stamp = Box(), "/api/v1.0/transfer-va/delete-va", "2025-01-15T10:00:00+07:00"
    assert box.call(path, DELETE, "DELETE", stamp, x_signature=signature)[1]["responseCode"] == "4043119"
    assert box.call(path, DELETE + b" ", "DELETE", stamp, x_signature=signature)[1]["responseCode"] == "4013100"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"x_partner_id": "DEMOSNAP02"}, "4012700"),
        ({"x_partner_id": "DEMOMERCH1"}, "4012700"),
        ({"authorization": ""}, "4012701"),
        ({"authorization": "Bearer other"}, "4012701"),
        ({"authorization": f"Basic {TOKEN}"}, "4012701"),
        ({"x_signature": ""}, "4012700"),
        ({"x_timestamp": "20250115093000"}, "4002701"),
        ({"x_timestamp": "2025-01-15T02:30:00Z"}, "4002701"),
        ({"channel_id": ""}, "4002702"),
        ({"x_external_id": ""}, "4002702"),
    ],
)
def test_a_call_that_is_not_as_it_should_be_is_refused(changes: Mapping[str, str], code: str) -> None:
    status, said = Box().call(CREATE, S1, **changes)
    assert (f"{status}", said["responseCode"]) == (code[:3], code)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"totalAmount": {"value": "150000", "currency": "IDR"}}, "4002701"),
        ({"totalAmount": {"value": "150000.50", "currency": "IDR"}}, "4002701"),
        ({"totalAmount": {"value": 150000, "currency": "IDR"}}, "4002701"),
        ({"totalAmount": {"value": "1.00", "currency": "USD"}}, "4002701"),
        ({"totalAmount": "150000.00"}, "4002702"),
        ({"trxId": ""}, "4002702"),
        ({"trxId": "x" * 41}, "4002701"),
        ({"additionalInfo": ""}, "4002702"),
        ({"additionalInfo": {"bankCd": "NONE", "goodsNm": "x", "dbProcessUrl": "x"}}, "4002701"),
        ({"virtualAccountName": None}, "4002701"),
    ],
)
def test_a_field_that_is_missing_or_malformed_is_named(change: Mapping[str, Any], code: str) -> None:
    assert Box().call(CREATE, account_body(**change))[1]["responseCode"] == code


def fixed(**changes: Any) -> dict[str, Any]:
    """As the official library's sample of a fixed account: the number is its two parts."""
    parts = {"partnerServiceId": "7001400002", "customerNo": "014647", "virtualAccountNo": "7001400002014647"}
    return account_body(**parts, **changes)


def test_a_fixed_account_is_told_by_its_parts_wherever_it_is_told() -> None:
    box = Box()
    made = box.call(CREATE, fixed())[1]["virtualAccountData"]
    asked = {
        "partnerServiceId": "7001400002",
        "customerNo": "014647",
        "virtualAccountNo": "",
        "inquiryRequestId": "",
        "additionalInfo": {
            "totalAmount": {"value": "150000.00", "currency": "IDR"},
            "trxId": "INV-2025-0001",
            "tXidVA": made["additionalInfo"]["tXidVA"],
        },
    }
    told = box.call(STATUS, asked)[1]["virtualAccountData"]
    (notice,) = box.act("pay", "INV-2025-0001").webhooks
    for one in (made, told, json.loads(notice.body)):
        assert (one["partnerServiceId"], one["customerNo"]) == ("7001400002", "014647")
        assert one["virtualAccountNo"] == "7001400002014647"
    other = {**asked, "customerNo": "014648"}
    assert box.call(STATUS, other)[1]["responseCode"] == "4042619"


def test_a_customers_number_alone_gets_the_banks_own_prefix() -> None:
    made = Box().call(CREATE, account_body(customerNo="4711"))[1]["virtualAccountData"]
    assert (made["virtualAccountNo"], made["partnerServiceId"]) == ("70014000094711", "7001400009")


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"virtualAccountNo": "7001400002014648"}, "4002701"),
        ({"customerNo": ""}, "4002702"),
        ({"customerNo": "0" * 41}, "4002701"),
        ({"customerNo": "01464A"}, "4002701"),
        ({"partnerServiceId": "7" * 20, "virtualAccountNo": ""}, "4002701"),
    ],
)
def test_parts_of_a_fixed_account_that_do_not_go_together_are_refused(parts: dict[str, Any], code: str) -> None:
    assert Box().call(CREATE, fixed() | parts)[1]["responseCode"] == code


def test_bank_dki_gives_a_number_of_sixteen_digits_with_nine_of_its_own() -> None:
    info = account_body()["additionalInfo"] | {"bankCd": "BDKI"}
    made = Box().call(CREATE, account_body(additionalInfo=info))[1]["virtualAccountData"]
    assert (made["additionalInfo"]["bankCd"], len(made["virtualAccountNo"])) == ("BDKI", 16)
    assert made["virtualAccountNo"][9:] == made["additionalInfo"]["tXidVA"][-7:]


def test_an_external_id_serves_once_a_day_and_a_reference_once_for_ever() -> None:
    box = Box()
    assert box.call(CREATE, S1, x_external_id="1")[1]["responseCode"] == "2002700"
    assert box.call(CREATE, account_body(trxId="INV-2"), x_external_id="1")[1]["responseCode"] == "4092700"
    box.now += timedelta(days=1)
    box.simulator._world.desk._tokens[TOKEN] = _Issued(CLIENT_ID, box.now + timedelta(hours=1))
    assert box.call(CREATE, S1, x_external_id="1")[1]["responseCode"] == "4092701"


def test_a_token_ends_after_its_time_and_where_a_switch_says_so_with_the_next() -> None:
    box = Box()
    desk = box.simulator._world.desk
    first = desk.issue(CLIENT_ID, NOW, alone=False)
    second = desk.issue(CLIENT_ID, NOW, alone=False)
    assert desk.knows(first, CLIENT_ID, NOW + timedelta(seconds=899))
    assert not desk.knows(first, CLIENT_ID, NOW + timedelta(seconds=900))
    assert not desk.knows(second, "DEMOSNAP02", NOW)
    third = desk.issue(CLIENT_ID, NOW, alone=True)
    assert [desk.knows(token, CLIENT_ID, NOW) for token in (first, second, third)] == [False, False, True]


def test_the_same_effects_make_the_same_book() -> None:
    box = Box()
    made = box.call(CREATE, S1)[1]["virtualAccountData"]
    box.act("pay", "INV-2025-0001")
    twin = Box()
    for effect in box.effects:
        twin.simulator.replay(effect)
    asked = {
        "partnerServiceId": "",
        "customerNo": "",
        "virtualAccountNo": "",
        "inquiryRequestId": "",
        "additionalInfo": {
            "totalAmount": {"value": "150000.00", "currency": "IDR"},
            "trxId": "INV-2025-0001",
            "tXidVA": made["additionalInfo"]["tXidVA"],
        },
    }
    told = [one.call(STATUS, asked)[1] for one in (box, twin)]
    assert told[0] == told[1]
    assert told[0]["additionalInfo"]["latestTransactionStatus"] == "00"


def test_a_notification_is_signed_when_it_leaves_and_a_forged_one_never_holds() -> None:
    box = Box()
    box.call(CREATE, S1)
    (told,) = box.act("pay", "INV-2025-0001").webhooks
    for at in (NOW, NOW + timedelta(minutes=7)):
        sent = dict(box.simulator.stamped(told, at, 1).headers)
        assert signing.is_by(public_key("nicepay"), CLIENT_ID, sent["x-timestamp"], sent["x-signature"])
        assert datetime.fromisoformat(sent["x-timestamp"]) == at
    forged = box.simulator.stamped(box.simulator.webhook(Act(reference="INV-2025-0001"), "token", NOW), NOW, 1)
    headers = dict(forged.headers)
    assert not signing.is_by(public_key("nicepay"), CLIENT_ID, headers["x-timestamp"], headers["x-signature"])
    more = json.loads(box.simulator.webhook(Act(reference="INV-2025-0001"), "amount", NOW).body)
    assert more["paidAmount"]["value"] == "150001.00"


def test_an_unpaid_order_is_told_of_only_as_a_forgery() -> None:
    box = Box()
    box.call(CREATE, S1)
    with pytest.raises(Impossible):
        box.simulator.webhook(Act(reference="INV-2025-0001"), "", NOW)
    assert box.simulator.webhook(Act(reference="INV-2025-0001"), "status", NOW).body


def test_one_dialects_merchant_cannot_speak_the_other() -> None:
    box = Box()
    body = {"iMid": CLIENT_ID, "amt": "1", "timeStamp": "20250115093000", "merchantToken": ""}
    told = box.ask("POST", "/direct/v2/registration", {"content-type": "application/json"}, json.dumps(body).encode())
    assert told[1]["resultCd"] == "9011"
