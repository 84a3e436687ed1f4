"""A payment with its payer, stored or not, for the tests of what people are told."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from gerbang.base import ids
from gerbang.base.db import Database, Tx
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.announcements.service import AnnouncementConsumer, announce
from gerbang.core.customers import consents
from gerbang.core.customers.consent_model import Agreement, Given
from gerbang.core.notifications.composing import ALL_DAY
from gerbang.core.notifications.fallback import Connected
from gerbang.core.notifications.holding import ShopHours
from gerbang.core.notifications.model import Contact
from gerbang.core.notifications.operators import Operator, Operators
from gerbang.core.notifications.service import CONSUMER, Notifications
from gerbang.core.payments.model import (
    PAYMENT,
    Attempt,
    AttemptStatus,
    DisputeState,
    Payment,
    PaymentDetail,
    PaymentStatus,
    Refund,
    RefundStatus,
)
from gerbang.core.payments.provider_calls import load_details
from gerbang.ports.messenger import Channel
from gerbang.ports.next_action import DisplayVirtualAccount, NextAction
from gerbang.ports.payment import Lookup, Method, Payer, SubmissionEffect

AT = datetime(2026, 11, 23, 7, 5, 9, tzinfo=UTC)
SARI = Payer("Sari Wulandari", "sari@example.com", "+628120000001", "id")
JANE = Payer("Jane Doe", "jane@example.com", "", "en")
VA = DisplayVirtualAccount("BCA", "8808123456789012")


def details(
    payer: Payer = SARI,
    *,
    status: PaymentStatus = PaymentStatus.PAID,
    attempt_status: AttemptStatus = AttemptStatus.CAPTURED,
    next_action: NextAction | None = VA,
    captured: int = 150_000,
    livemode: bool = True,
    description: str = "Kopi Gayo 1 kg",
    refund: RefundStatus | None = None,
) -> PaymentDetail:
    """A payment of Rp 150.000 by a BCA virtual account."""
    deadline = AT + timedelta(days=1)
    made = Payment(
        ids.new(),
        status,
        late=False,
        livemode=livemode,
        amount=150_000,
        currency="IDR",
        amount_captured=captured,
        amount_refunded=0,
        amount_excess=max(0, captured - 150_000),
        description=description,
        order_reference="INV-7",
        owner_id=None,
        metadata={},
        items=(),
        return_url=None,
        sequence=0,
        created_at=AT,
        updated_at=AT,
        expires_at=deadline,
        paid_at=AT,
        cancelled_at=None,
    )
    tried = _attempt(made, attempt_status, next_action, reserved=50_000 if refund else 0)
    back = (_half_back(tried, refund),) if refund else ()
    return PaymentDetail(made, (tried,), back, payer)


def _attempt(of: Payment, status: AttemptStatus, shown: NextAction | None, *, reserved: int) -> Attempt:
    return Attempt(
        id=ids.new(),
        payment_id=of.id,
        number=1,
        status=status,
        method=Method.VIRTUAL_ACCOUNT,
        options={"bank": "BCA"},
        connection="nicepay-main",
        effect=SubmissionEffect.INSTRUCTS,
        lookup=Lookup.NONE,
        amount=150_000,
        currency="IDR",
        captured=of.amount_captured,
        refunded=0,
        refund_reserved=reserved,
        dispute=DisputeState.NONE,
        provider_reference="tx-1",
        next_action=shown,
        failure=None,
        asked_at=None,
        unsent=False,
        created_at=AT,
        updated_at=AT,
        expires_at=of.expires_at,
    )


def _half_back(paid: Attempt, status: RefundStatus) -> Refund:
    return Refund(
        id=ids.new(),
        payment_id=paid.payment_id,
        attempt_id=paid.id,
        status=status,
        amount=50_000,
        currency="IDR",
        credit_amount=0,
        reason="Kopi tumpah",
        provider_reference=None,
        failure=None,
        requested_by="key:test",
        created_at=AT,
        updated_at=AT,
    )


def about(one: PaymentDetail, type_: str, **said: Any) -> Announcement:
    """What core announces of it."""
    payment = one.payment
    data: dict[str, Any] = {"payment": ids.show("pay", payment.id), "status": payment.status.value}
    if type_.startswith("refund."):
        data |= {"refund": ids.show("ref", one.refunds[0].id), "amount": 50_000, "currency": "IDR"}
    elif type_ == "payment.instructions":
        data |= {"attempt": ids.show("att", one.attempts[0].id), "method": "virtual_account"}
    else:
        data |= {
            "amount": payment.amount,
            "currency": "IDR",
            "amount_captured": payment.amount_captured,
            "amount_excess": payment.amount_excess,
            "amount_refunded": 0,
            "late": False,
        }
    return Announcement(
        type=type_, object=ObjectRef(PAYMENT, payment.id), data=data | said, made_at=AT, sequence=1, id=ids.new()
    )


async def stored(db: Database, one: PaymentDetail, *agreed: Channel) -> PaymentDetail:
    """The same, in the database, as if all of it had happened long ago; its payer `agreed` to these channels."""
    async with db.transaction() as tx:
        await tx.execute(
            "INSERT INTO payments SELECT * FROM jsonb_populate_record(NULL::payments, $1)", as_row(one.payment)
        )
        await tx.execute(
            "INSERT INTO payment_payers SELECT * FROM jsonb_populate_record(NULL::payment_payers, $1)",
            as_row(one.payer) | {"payment_id": str(one.payment.id)},
        )
        said = [Agreement(channel, AT, "checkout", "Kirimi saya kabar.") for channel in agreed]
        await consents.agree(tx, [Given(None, one.payment.id, one.payer.phone, what, "key:test") for what in said], AT)
        for attempt in one.attempts:
            await tx.execute(
                "INSERT INTO attempts SELECT * FROM jsonb_populate_record(NULL::attempts, $1)", as_row(attempt)
            )
        for refund in one.refunds:
            await tx.execute(
                "INSERT INTO refunds SELECT * FROM jsonb_populate_record(NULL::refunds, $1)", as_row(refund)
            )
    return one


def as_row(value: Any) -> dict[str, Any]:
    """A value as its table's row: the fields are named as the columns are. Attempts have their payment's time and status beside them."""
    plain: dict[str, Any] = msgspec.to_builtins(value)
    return {"look_at": AT.isoformat(), "listed_at": AT.isoformat(), "listed_status": "pending"} | plain


async def announced(db: Database, *announcements: Announcement) -> None:
    """Announce in one transaction."""
    async with db.transaction() as tx:
        await announce(tx, announcements)


class People:
    """Users by id."""

    def __init__(self, known: Mapping[UUID, Contact]) -> None:
        self._known = known

    async def read(self, _tx: Tx, users: Sequence[UUID]) -> Mapping[UUID, Contact]:
        """As identity answers."""
        return {user: self._known[user] for user in users if user in self._known}


def on(*channels: Channel) -> Connected:
    """As if these channels, and no others, had a connection."""

    async def connected() -> frozenset[Channel]:
        return frozenset(channels)

    return connected


def operators(*staff: Operator, email: str = "", chats: Sequence[str] = ()) -> Operators:
    """As if these people worked here, and these connections led to chats."""

    async def read(_tx: Tx) -> Sequence[Operator]:
        return staff

    async def found() -> Sequence[str]:
        return chats

    return Operators(read, found, email)


def notifications(
    db: Database,
    *,
    connected: Connected | None = None,
    alerts: Contact | None = None,
    staff: Sequence[Operator] = (),
    chats: Sequence[str] = (),
    hours: ShopHours = ALL_DAY,
    people: Mapping[UUID, Contact] | None = None,
    restart_for: timedelta = timedelta(),
) -> Notifications:
    """As app/ puts it together."""
    return Notifications(
        db,
        payments=load_details,
        people=People(people or {}).read,
        connected=connected or on(Channel.EMAIL),
        host="toko.example",
        operators=operators(*staff, email=alerts.email if alerts else "", chats=chats),
        hours=hours,
        restart_for=restart_for,
    )


async def taken(db: Database, made: Notifications) -> None:
    """The feed has taken everything."""
    consumer = AnnouncementConsumer(db, CONSUMER, made.take)
    await consumer.prepare()
    while await consumer.run_once():
        pass
