"""Known answers: webhook signatures of the official SDKs, and the Onchain Payment Protocol's hashes, signatures and logs."""

import json
from datetime import UTC, datetime

import pytest
from eth_abi.abi import encode

from gerbang.ports.webhook import Rejection, Verified, WebhookRequest
from gerbang.providers.coinbase_commerce import onchain
from gerbang.providers.coinbase_commerce.simulator import intents
from gerbang.providers.coinbase_commerce.webhook import CommerceWebhook
from tests.providers.coinbase_commerce.charges import account
from tests.providers.coinbase_commerce.intents import SignedIntent

BODY = (
    b'{"attempt_number":1,"event":{"api_version":"2018-03-22","created_at":"2026-01-15T10:00:00Z","data":{"code":"TEST1234",'
    b'"id":"00000000-0000-4000-8000-000000000001","metadata":{"order_id":"A-1001"},"timeline":[{"status":"NEW",'
    b'"time":"2026-01-15T10:00:00Z"}]},"id":"00000000-0000-4000-8000-0000000000e1","resource":"event","type":"charge:created"},'
    b'"id":"00000000-0000-4000-8000-0000000000d1","scheduled_for":"2026-01-15T10:00:00Z"}'
)
SIGNATURE = "0f64cbc7aae2f2cfb7250204cf537d6cb448648e7b7609353a88b16cbf3d1f49"
UTF8 = '{"event":{"data":{"name":"Café ☕"},"id":"e2","type":"charge:pending"},"id":"d2"}'.encode()
UTF8_SIGNATURE = "dde3c3c3e649737ced6dd400cc96108f6d075839bd6b59f206758b51b069021d"

K2 = b"K2 Informational Message: 32 "
CHAIN, PAYER, CONTRACT = 8453, b"\x22" * 20, b"\x33" * 20
OPERATOR = bytes.fromhex("17c5185167401eD00cF5F5b2fc97D9BBfDb7D025")
USDC = bytes.fromhex("833589fcd6edb6e08f4c7c32d4f71b54bda02913")
INTENT_HASH = "8c027792da8898ff38c9dea2a094f2588be15d3b246ba5adc72d8247d00bc604"
SIGNED = {
    b"": (
        "e257c0ce858d016b3b5876f8eae4033a302977b7c25b4d3a8ce1ff9665877426",
        "2417dbc9fad259398f670c4ee9576b8bcb5114da52d4a71901fbceb2256109e701a920d179179257b90744a3347bb79597085968520e8badb7d0e98b50c914991c",
    ),
    K2: (
        "33db69ec3ed326d64a3caa1e975e880be8cfd2d1303f69e3563f0b4ef3a8780d",
        "ac8bda3df17a4d4d688a808ab13cc9369cb4d132d965689351b727dbde319f6876d07dd3057b9efeafc22512e90f1129dc10735c66b68f6c3bf168a8672f6aab1b",
    ),
}
LOG = bytes.fromhex(
    "00112233445566778899aabbccddeeff00000000000000000000000000000000"
    "0000000000000000000000001111111111111111111111111111111111111111"
    "0000000000000000000000002222222222222222222222222222222222222222"
    "0000000000000000000000000000000000000000000000000000000005f5e100"
    "000000000000000000000000833589fcd6edb6e08f4c7c32d4f71b54bda02913"
)
TOPIC0 = bytes.fromhex("b7ee4fafa10d16ee883a136a3dcc9179d8e6041ba71cc29c2b0bce4f7bdd6e86")
TUPLE = "(uint256,uint256,address,address,address,uint256,bytes16,address,bytes,bytes)"
SELECTORS = {
    f"transferNative({TUPLE})": "fc8f31e0",
    f"transferTokenPreApproved({TUPLE})": "04e0fc36",
    f"unwrapAndTransferPreApproved({TUPLE})": "e5368147",
    f"swapAndTransferUniswapV3Native({TUPLE},uint24)": "8bf122da",
    f"swapAndTransferUniswapV3TokenPreApproved({TUPLE},address,uint256,uint24)": "f2fda4ae",
    "registerOperator()": "2acde098",
    "registerOperatorWithFeeDestination(address)": "b8d8e489",
    "ExpiredIntent()": "0080add4",
    "AlreadyProcessed()": "57eee766",
    "InvalidSignature()": "8baa579f",
    "OperatorNotRegistered()": "25ec6c1f",
    "InvalidNativeAmount(int256)": "b06a5d51",
    "InsufficientBalance(uint256)": "92665351",
    "InsufficientAllowance(uint256)": "f96fb071",
    "IncorrectCurrency(address)": "6453b66b",
    "NullRecipient()": "df99255c",
    "InexactTransfer()": "ee20c618",
    "SwapFailedString(string)": "8a627c16",
    "SwapFailedBytes(bytes)": "917827e1",
    "NativeTransferFailed(address,uint256,bool,bytes)": "28688b55",
    "InvalidTransferDetails()": "ed5c6561",
}


def verify(body: bytes, signature: str | None, *secrets: bytes) -> Verified | Rejection:
    headers = {} if signature is None else {"x-cc-webhook-signature": signature}
    return CommerceWebhook().verify(account(), WebhookRequest(headers, body), 0.0)


def test_the_signature_of_the_official_sdks_is_genuine_and_its_key_is_the_events_id() -> None:
    assert len(BODY) == 427
    assert verify(BODY, SIGNATURE) == Verified(
        "00000000-0000-4000-8000-0000000000e1", "00000000-0000-4000-8000-000000000001", "charge:created"
    )
    assert len(UTF8) == 83
    assert verify(UTF8, UTF8_SIGNATURE) == Verified("e2", "e2", "charge:pending")


@pytest.mark.parametrize(
    ("body", "signature", "why"),
    [
        (BODY + b" ", SIGNATURE, Rejection.FORGED),
        (BODY, SIGNATURE.upper(), Rejection.FORGED),
        (json.dumps(json.loads(BODY)).encode(), SIGNATURE, Rejection.FORGED),
        (BODY, UTF8_SIGNATURE, Rejection.FORGED),
        (BODY, "☕", Rejection.FORGED),
        (BODY, SIGNATURE[:-1], Rejection.FORGED),
        (BODY, "", Rejection.MISSING),
        (BODY, None, Rejection.MISSING),
    ],
    ids=["space", "upper-case", "re-serialised", "other", "foreign", "short", "empty", "none"],
)
def test_anything_else_is_refused(body: bytes, signature: str | None, why: Rejection) -> None:
    """R15: one byte more, re-serialised JSON, a signature in another spelling."""
    assert verify(body, signature) is why


def intent(signature: str, prefix: bytes) -> onchain.Intent:
    id_ = bytes.fromhex("00112233445566778899aabbccddeeff")
    return onchain.Intent(
        recipient_amount=99_000_000,
        deadline=1_780_172_800,
        recipient=b"\x11" * 20,
        currency=USDC,
        refund_destination=PAYER,
        fee_amount=1_000_000,
        id=id_,
        operator=OPERATOR,
        signature=bytes.fromhex(signature),
        prefix=prefix,
    )


@pytest.mark.parametrize("prefix", list(SIGNED), ids=["personal", "k2"])
def test_an_intent_is_hashed_signed_and_recovered_as_in_the_vector(prefix: bytes) -> None:
    digest, signature = SIGNED[prefix]
    signed = intent(signature, prefix)
    assert signed.hash(CHAIN, PAYER, CONTRACT).hex() == INTENT_HASH
    assert onchain.digest(bytes.fromhex(INTENT_HASH), prefix).hex() == digest
    assert onchain.signer(bytes.fromhex(digest), signed.signature) == OPERATOR
    assert signed.is_signed(CHAIN, PAYER, CONTRACT)
    assert not signed.is_signed(1, PAYER, CONTRACT)
    assert not signed.is_signed(CHAIN, CONTRACT, CONTRACT)
    assert not signed.is_signed(CHAIN, PAYER, PAYER)


@pytest.mark.parametrize("prefix", list(SIGNED), ids=["personal", "k2"])
def test_the_simulators_operator_signs_as_in_the_vector(prefix: bytes) -> None:
    digest, signature = SIGNED[prefix]
    assert intents.signed_digest(bytes.fromhex(INTENT_HASH), prefix).hex() == digest
    assert intents.sign(bytes.fromhex(digest)).hex() == signature


@pytest.mark.parametrize("signature", ["", "00" * 65, "ff" * 64 + "1b", "11" * 64 + "05"])
def test_what_is_no_signature_names_nobody(signature: str) -> None:
    assert onchain.signer(b"\x01" * 32, bytes.fromhex(signature)) is None


def test_the_contracts_log_is_read_with_its_id_left_in_the_word() -> None:
    topics = [TOPIC0, OPERATOR.rjust(32, b"\0")]
    found = onchain.transferred(topics, LOG)
    assert found == onchain.Transferred(
        operator=OPERATOR,
        id=bytes.fromhex("00112233445566778899aabbccddeeff"),
        recipient=b"\x11" * 20,
        sender=PAYER,
        spent=100_000_000,
        currency=USDC,
    )
    assert onchain.transferred(topics[::-1], LOG) is None
    assert onchain.transferred(topics, LOG[:-1]) is None
    assert onchain.transferred(topics[:1], LOG) is None


@pytest.mark.parametrize("prefix", [b"", K2], ids=["personal", "k2"])
@pytest.mark.parametrize("amount", [0, 1, 2**200])
def test_an_independent_hand_hashes_and_signs_alike(prefix: bytes, amount: int) -> None:
    theirs = SignedIntent(
        recipient="0x" + "12" * 20,
        currency="0x" + "34" * 20,
        payer="0x" + "56" * 20,
        contract="0x" + "78" * 20,
        operator="0x" + OPERATOR.hex(),
        recipient_amount=amount,
        fee_amount=7,
        deadline=1_900_000_000,
        id=b"\xfe" * 16,
        prefix=prefix,
        chain_id=137,
    )
    ours = onchain.Intent(
        recipient_amount=amount,
        deadline=1_900_000_000,
        recipient=b"\x12" * 20,
        currency=b"\x34" * 20,
        refund_destination=b"\x56" * 20,
        fee_amount=7,
        id=b"\xfe" * 16,
        operator=OPERATOR,
        signature=theirs.signature,
        prefix=prefix,
    )
    assert ours.hash(137, b"\x56" * 20, b"\x78" * 20) == theirs.hash
    assert ours.is_signed(137, b"\x56" * 20, b"\x78" * 20)


def test_the_simulators_wallet_calls_are_what_an_independent_hand_writes() -> None:
    recipient, payer, until = "0x" + "c0" * 20, "0x" + "77" * 20, datetime(2026, 1, 17, 10, tzinfo=UTC)
    made = intents.Intent("charge", 123_456_789, recipient, payer, until, k2=True)
    theirs = SignedIntent(
        recipient=recipient,
        currency=intents.USDC,
        payer=payer,
        contract=intents.CONTRACT,
        operator=intents.OPERATOR,
        recipient_amount=123_456_789 - 1_234_567,
        fee_amount=1_234_567,
        deadline=int(until.timestamp()),
        id=made.id,
        prefix=K2,
    )
    approve, pay = made.wallet_calls()
    assert (approve.to, pay.to, pay.data) == (intents.USDC, intents.CONTRACT, theirs.call_data)
    assert approve.data == "0x095ea7b3" + encode(["address", "uint256"], [intents.CONTRACT, 123_456_789]).hex()


def test_selectors_are_the_contracts() -> None:
    assert {name: onchain.selector(name).hex() for name in SELECTORS} == SELECTORS
