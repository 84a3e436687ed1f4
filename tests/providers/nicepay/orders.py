"""A NICEPAY connection, a submission and a submitted attempt, as the tests of this folder use them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from gerbang.base import ids
from gerbang.base.money import Money
from gerbang.ports.payment import Account, Method, Payer, RefundRequest, Submission, SubmittedAttempt
from tests.providers.nicepay.script import IMID, KEY, TXID

NOW = datetime(2025, 1, 15, 2, 30, tzinfo=UTC)  # 09:30:00 in Jakarta
REFERENCE = ids.show("att", UUID("01946a2e-5c40-7abc-8def-0123456789ab"))


def account(base_url: str, **settings: str) -> Account:
    return Account(
        connection="con_1",
        livemode=False,
        settings={"imid": IMID, "base_url": base_url, "timeout_s": "2"} | settings,
        secrets={"merchant_key": [KEY, b"an older key"]},
        hook_url="https://gerbang.example.com/hooks/con_1",
    )


def submission(method: Method = Method.VIRTUAL_ACCOUNT, **changes: Any) -> Submission:
    plain = Submission(
        attempt=ids.read("att", REFERENCE),
        reference=REFERENCE,
        payment="pay_01JHK3V0000000000000000000",
        method=method,
        options={"bank": "MANDIRI"} if method is Method.VIRTUAL_ACCOUNT else {},
        amount=Money(150_000, "IDR"),
        description="Kopi Gayo, 1 kg",
        payer=Payer(name="Budi Santoso", email="budi@example.com", phone="+62 812-3456-7890", ip="203.0.113.7"),
        return_url="https://shop.example.com/back",
        expires_at=NOW + timedelta(days=1),
        now=NOW,
    )
    return replace(plain, **changes)


def submitted(method: Method = Method.VIRTUAL_ACCOUNT, **changes: Any) -> SubmittedAttempt:
    plain = SubmittedAttempt(
        attempt=ids.read("att", REFERENCE),
        reference=REFERENCE,
        provider_reference=TXID,
        method=method,
        options={},
        amount=Money(150_000, "IDR"),
        captured=0,
        refunded=0,
        now=NOW,
    )
    return replace(plain, **changes)


def refund_request(amount: int = 150_000, *, full: bool = True) -> RefundRequest:
    return RefundRequest(ids.new(), Money(amount, "IDR"), full, "Barang kembali")


PAID_CARD = submitted(Method.CARD, captured=150_000)
