"""The tables of the usual way, as an ORM writes them. No behaviour."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


def now() -> datetime:
    """Return the time that a new row carries."""
    return datetime.now(UTC)


class Base(DeclarativeBase):
    """Maps Python's types to PostgreSQL's."""

    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads a plain class attribute
        datetime: TIMESTAMP(timezone=True),
        dict[str, Any]: JSONB,
        bytes: LargeBinary,
    }


class Payment(Base):
    """What a customer owes."""

    __tablename__ = "payments"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    owner: Mapped[str] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(30))
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    captured: Mapped[int] = mapped_column(BigInteger, default=0)
    description: Mapped[str]
    order_reference: Mapped[str | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    attempts: Mapped[list[Attempt]] = relationship(back_populates="payment")


class Attempt(Base):
    """One try to collect it."""

    __tablename__ = "attempts"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    payment_id: Mapped[str] = mapped_column(ForeignKey("payments.id"), index=True)
    status: Mapped[str] = mapped_column(String(30))
    method: Mapped[str] = mapped_column(String(30))
    reference: Mapped[str | None]
    captured: Mapped[int] = mapped_column(BigInteger, default=0)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    payment: Mapped[Payment] = relationship(back_populates="attempts")


class IdempotencyKey(Base):
    """Which request made which payment."""

    __tablename__ = "idempotency_keys"

    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    payment_id: Mapped[str]


class WebhookEvent(Base):
    """One message that came in."""

    __tablename__ = "webhook_events"
    __table_args__ = (UniqueConstraint("connection", "event_id"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    connection: Mapped[str]
    event_id: Mapped[str]
    event_type: Mapped[str]
    body: Mapped[bytes]
    status: Mapped[str] = mapped_column(default="new", index=True)
    received_at: Mapped[datetime] = mapped_column(default=now)


class LedgerLine(Base):
    """One balanced line of the books."""

    __tablename__ = "ledger_lines"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    payment_id: Mapped[str] = mapped_column(index=True)
    debit: Mapped[str]
    credit: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)


class AuditRow(Base):
    """Who did what."""

    __tablename__ = "audit_rows"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)


class OutboxRow(Base):
    """What is to be told to others."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    topic: Mapped[str]
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)
