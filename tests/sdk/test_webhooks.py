"""Both SDKs verify alike: the vectors of Standard Webhooks, its Ed25519, a rotation, and of each usual mistake which it is and what to do."""

import gzip
import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, NamedTuple

import pytest

from gerbang.core.endpoints.signatures import KeyPair, SharedSecret
from gerbang.core.endpoints.signatures import headers as signed_by
from gerbang_client import Webhook, WebhookVerificationError
from tests.sdk import node

NOW: Final = 1_780_000_000
BODY: Final = '{"object":"event","id":"evt_test0001","type":"response.completed","created_at":1780000000,"data":{"id":"resp_test0001"}}'
COFFEE: Final = '{"type":"x","note":"Café ☕"}'
NEW: Final = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
OLD: Final = "whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="
PUBLIC: Final = "whpk_ebVWLo/mVPlAeLES6KmLp5AfhTrmlb7X4OORC60ElmQ="
BY_NEW: Final = "v1,SyDJbS/m+s/958gnND08Cl8WAesoqiwt2gZTPCRzvHo="
BY_OLD: Final = "v1,NRBQwgpirGAzqHlLuqEWKY6gJOYqFc4sswiG9yPJWog="
BY_PAIR: Final = "v1a,MecGecqKh6RNfQyRKDdRT4fbeW5vVkWIco5LoWfJLC6pr7K3ECCtL5YZ289GlJuVtS3OXQIS2OWEB2qClvNmDA=="
COFFEE_BY_NEW: Final = "v1,L7cTN/1eFxzlH5ow0DLElNK1LS7+bNrbKNH61BOplJ4="
# As Gerbang itself signs it, with blanks that no writer of ours makes.
PADDED: Final = json.dumps(json.loads(BODY), indent=1)
_OURS: Final = signed_by("evt_1", NOW, BODY.encode(), [SharedSecret(b"k" * 32), KeyPair(b"p" * 32)])


class Case(NamedTuple):
    """A message as it came, the keys of who verifies it, and the word for what comes of it."""

    name: str
    expected: str
    signature: str = BY_NEW
    keys: tuple[str, ...] = (NEW,)
    body: str = BODY
    now: float = NOW
    parsed: bool = False
    no_headers: bool = False
    cgi: bool = False
    leave_out: str = ""
    timestamp: str = str(NOW)
    says: str = ""

    @property
    def headers(self) -> Mapping[str, str]:
        told = {"Webhook-Id": "msg_test0001", "webhook-timestamp": self.timestamp, "WEBHOOK-SIGNATURE": self.signature}
        named = {f"HTTP_{name.upper().replace('-', '_')}" if self.cgi else name: value for name, value in told.items()}
        return {name: value for name, value in named.items() if name.lower() != self.leave_out}


CASES: Final = (
    Case("the vector of v1", "good"),
    Case("the vector of the old secret", "good", BY_OLD, (OLD,)),
    Case("text beyond ASCII", "good", COFFEE_BY_NEW, body=COFFEE),
    Case("the vector of v1a", "good", BY_PAIR, (PUBLIC,)),
    Case("in a rotation, by who has the new secret", "good", f"{BY_OLD} {BY_NEW}"),
    Case("in a rotation, by who has the old one", "good", f"{BY_NEW} {BY_OLD}", (OLD,)),
    Case("by who names both while only one signs", "good", BY_OLD, (NEW, OLD)),
    Case("both kinds, by who has the secret", "good", f"{BY_PAIR} {BY_NEW}"),
    Case("both kinds, by who has the public key", "good", f"{BY_NEW} {BY_PAIR}", (PUBLIC,)),
    Case("versions and tokens that nobody knows are passed over", "good", f"v9,x= v1 v1,a,b garbage  {BY_NEW}"),
    Case("300 seconds old", "good", now=NOW + 300),
    Case("300 seconds ahead", "good", now=NOW - 300),
    Case("an old message sent again", "stale", now=NOW + 301, says="clock"),
    Case("a clock that is behind", "stale", now=NOW - 301, says="301 seconds ahead"),
    Case("another endpoint's secret", "no_match", BY_OLD, says="rotate-secret"),
    Case("a good signature under another version", "no_key_for_it", BY_NEW.replace("v1", "v2"), says="whsec_"),
    Case("v1 for who has only the public key", "no_key_for_it", BY_NEW, (PUBLIC,), says="signing"),
    Case("v1 that calls itself v1a", "no_match", BY_NEW.replace("v1", "v1a"), (PUBLIC,)),
    Case("a body that was written anew", "body_rewritten", body=PADDED, says="very bytes"),
    Case("one byte changed", "no_match", body=BODY.replace("0001", "0002")),
    Case("a body that was parsed", "body_parsed", parsed=True, says="before anything parses them"),
    Case("a body that was read before", "body_empty", body="", says="something read it before"),
    Case("an object of JavaScript as text", "body_parsed", body="[object Object]", says="[object Object]"),
    Case("an object of Python as text", "body_parsed", body=str(json.loads(BODY)), says="the very bytes"),
    Case("half a body", "body_cut", body=BODY[:40], says="no more than 40 bytes"),
    Case("a body in base64", "body_encoded", body=b64encode(BODY.encode()).decode(), says="isBase64Encoded"),
    Case("a body that nobody read", "body_not_read", body="null", parsed=True, says="nobody read it"),
    Case("variables of CGI", "header_missing", cgi=True, says="HTTP_WEBHOOK_ID"),
    Case("a secret from a file that ends with a line", "good", keys=(f" {NEW}\n",)),
    Case("no headers at all", "header_missing", no_headers=True, says="The second argument of verify is"),
    Case("no signature", "header_missing", leave_out="webhook-signature", says="webhook-signature"),
    Case("no timestamp", "header_missing", leave_out="webhook-timestamp", says="webhook-timestamp"),
    Case("no id", "header_missing", leave_out="webhook-id", says="webhook-id"),
    Case("an empty signature", "header_missing", "", says="webhook-signature"),
    Case("another time than was signed", "no_match", timestamp=str(NOW + 1)),
)
BAD_KEYS: Final[dict[str, tuple[Any, str]]] = {
    "an API key": ("grb_test_abcdefghijklmnopqrstuvwx", "whsec_"),
    "a private key": ("whsk_" + "A" * 44, "public_key"),
    "an empty secret": ("", "is its variable set"),
    "a variable that is not set": (None, "is its variable set"),
    "a prefix alone": ("whsec_", "whole"),
    "half a secret": (NEW[:20], "whole"),
    "a secret with a blank": (f"{NEW[:30]} {NEW[30:]}", "without blanks"),
    "a public key that is too long": ("whpk_" + "A" * 64, "whpk_"),
}


def by_python(case: Case) -> tuple[str, str]:
    body: Any = json.loads(case.body) if case.parsed else case.body.encode()
    try:
        headers: Any = None if case.no_headers else case.headers
        event: Any = Webhook(*case.keys).verify(body, headers, now=case.now)
    except WebhookVerificationError as error:
        return error.reason, str(error)
    return "good", "" if event == json.loads(case.body) else "another event"


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.name))
def test_python_verifies_what_is_good_and_names_each_mistake_with_its_cure(case: Case) -> None:
    reason, said = by_python(case)
    assert reason == case.expected, said
    assert case.says in said


async def test_typescript_verifies_alike(tmp_path: Path, need: Callable[..., str]) -> None:
    need("node")
    told = [case._asdict() | {"headers": None if case.no_headers else case.headers} for case in CASES]
    verdicts = await node.run(node.installed(tmp_path), Path(__file__).parent / "verify.mjs", told)
    wrong = [
        (case.name, reason, said)
        for case, (reason, said) in zip(CASES, verdicts, strict=True)
        if reason != case.expected or case.says not in said
    ]
    assert wrong == []


@pytest.mark.parametrize("name", BAD_KEYS)
def test_a_key_that_is_none_is_refused_at_once_and_the_right_one_named(name: str) -> None:
    key, says = BAD_KEYS[name]
    with pytest.raises(ValueError, match=says):
        Webhook(key)


async def test_typescript_refuses_the_same_keys(tmp_path: Path, need: Callable[..., str]) -> None:
    need("node")
    told = [Case("", "", keys=(key,))._asdict() | {"headers": {}} for key, _ in BAD_KEYS.values()]
    misplaced = CASES[0]._asdict() | {
        "headers": CASES[0].headers,
        "now": NEW,
    }  # as others take it: body, headers, secret
    *verdicts, third = await node.run(
        node.installed(tmp_path), Path(__file__).parent / "verify.mjs", [*told, misplaced]
    )
    assert third[0] == "TypeError"
    assert "new Webhook(secret)" in third[1]
    assert [kind for kind, _ in verdicts] == ["TypeError"] * len(BAD_KEYS)
    assert [said for (_, said), (_, says) in zip(verdicts, BAD_KEYS.values(), strict=True) if says not in said] == []


def test_headers_are_taken_as_servers_hold_them() -> None:
    pairs = [(name.lower().encode(), value.encode()) for name, value in _OURS.items()]
    webhook = Webhook(SharedSecret(b"k" * 32).text())
    for headers in (pairs, dict(pairs), dict(_OURS)):
        assert webhook.verify(BODY, headers, now=NOW)["id"] == "evt_test0001"


def test_a_signature_alone_in_place_of_the_headers_is_told_with_what_belongs_there() -> None:
    signature: Any = BY_NEW  # as Stripe's library takes it
    with pytest.raises(WebhookVerificationError, match="all headers of the request"):
        Webhook(NEW).verify(BODY, signature)


def test_without_a_key_nothing_can_be_verified() -> None:
    with pytest.raises(ValueError, match="whsec_"):
        Webhook()


async def test_whoever_hands_over_what_nobody_read_is_told_so_and_how_to_read_it() -> None:
    async def body() -> bytes:
        return BODY.encode()

    request = SimpleNamespace(headers=CASES[0].headers, body=BODY.encode())
    for unread, says in (
        (body(), "awaited"),
        (body, "called"),
        (BytesIO(BODY.encode()), "stream"),
        (request, "request"),
    ):
        with pytest.raises(WebhookVerificationError, match=says) as told:
            Webhook(NEW).verify(unread, CASES[0].headers, now=NOW)  # type: ignore[arg-type]  # what a shop gets wrong
        assert told.value.reason == "body_not_read"
    with pytest.raises(WebhookVerificationError, match="gzip"):
        Webhook(NEW).verify(gzip.compress(BODY.encode()), CASES[0].headers, now=NOW)


async def test_typescript_takes_an_array_buffer_and_tells_what_nobody_read(
    tmp_path: Path, need: Callable[..., str]
) -> None:
    need("node")
    program = """
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { Webhook } from "gerbang-client";
const { key, headers, body, now } = JSON.parse(await text(process.stdin));
const request = new Request("https://toko.example", { method: "POST", body, headers });
const told = [new TextEncoder().encode(body).buffer, request.clone().text(), request.clone().body, request, request.text, gzipSync(body)].map((one) => {
  try {
    return new Webhook(key).verify(one, headers, now).object;
  } catch (error) {
    return error.reason ?? String(error);
  }
});
console.log(JSON.stringify(told));
"""
    told = {"key": NEW, "headers": CASES[0].headers, "body": BODY, "now": NOW}
    assert await node.run(node.installed(tmp_path), program, told) == [
        "event",
        *["body_not_read"] * 4,
        "body_compressed",
    ]
