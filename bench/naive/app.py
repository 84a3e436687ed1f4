"""The usual service: a webhook endpoint, an authenticated read, and a create that calls the provider.

Settings: NAIVE_DATABASE_URL, NAIVE_WEBHOOK_SECRET, NAIVE_TOKEN_SECRET, NAIVE_PROVIDER_URL.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any
from uuid import uuid4

import httpx
import jwt
from fastapi import Depends, FastAPI, Header, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from bench.naive.database import create_tables, new_session
from bench.naive.models import Attempt, AuditRow, IdempotencyKey, Payment, WebhookEvent

WEBHOOK_SECRET = os.environ["NAIVE_WEBHOOK_SECRET"].encode()
TOKEN_SECRET = os.environ["NAIVE_TOKEN_SECRET"]


class AttemptOut(BaseModel):
    """An attempt as JSON."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    status: str
    method: str
    reference: str | None


class PaymentOut(BaseModel):
    """A payment as JSON."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    status: str
    amount: int
    currency: str
    captured: int
    description: str
    order_reference: str | None
    details: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    attempts: list[AttemptOut]


class PaymentIn(BaseModel):
    """What a business sends to be paid."""

    amount: int = Field(gt=0, lt=10**12)
    currency: str = Field(pattern="^[A-Z]{3}$")
    method: str
    description: str = Field(max_length=200)
    order_reference: str | None = None
    metadata: dict[str, str] = {}


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Make the tables and hold one HTTP client."""
    await create_tables()
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=100)
    async with httpx.AsyncClient(base_url=os.environ["NAIVE_PROVIDER_URL"], timeout=10, limits=limits) as client:
        app.state.provider = client
        yield


app = FastAPI(lifespan=lifespan)


async def get_session() -> AsyncIterator[AsyncSession]:
    """One session per request."""
    async with new_session() as session:
        yield session


async def get_caller(token: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> str:
    """Return who asks, by the token's subject."""
    try:
        claims = jwt.decode(token.credentials, TOKEN_SECRET, algorithms=["HS256"], options={"require": ["exp", "sub"]})
    except jwt.PyJWTError as error:
        raise HTTPException(401, "invalid token") from error
    return str(claims["sub"])


Session = Annotated[AsyncSession, Depends(get_session)]
Caller = Annotated[str, Depends(get_caller)]


@app.post("/hooks/{connection}")
async def receive(connection: str, request: Request, session: Session) -> dict[str, bool]:
    """Verify, store once, answer."""
    body = await request.body()
    expected = hmac.new(WEBHOOK_SECRET, body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, request.headers.get("bench-signature", "")):
        raise HTTPException(401, "bad signature")
    event = await request.json()
    session.add(WebhookEvent(connection=connection, event_id=event["id"], event_type=event["type"], body=body))
    try:
        await session.commit()
    except IntegrityError:
        await session.rollback()
    return {"received": True}


@app.get("/v1/payments/{payment_id}")
async def read(payment_id: str, session: Session, caller: Caller) -> PaymentOut:
    """Return one payment of the caller's."""
    statement = select(Payment).where(Payment.id == payment_id).options(selectinload(Payment.attempts))
    payment = await session.scalar(statement)
    if payment is None or payment.owner != caller:
        raise HTTPException(404, "no such payment")
    return PaymentOut.model_validate(payment)


@app.post("/v1/payments", status_code=201)
async def create(
    wanted: PaymentIn,
    request: Request,
    session: Session,
    caller: Caller,
    idempotency_key: Annotated[str, Header()],
) -> PaymentOut:
    """Make a payment once per key, register it at the provider, return it."""
    known = await session.get(IdempotencyKey, idempotency_key)
    if known is not None:
        return await read(known.payment_id, session, caller)
    payment = Payment(
        id=f"pay_{uuid4().hex}",
        owner=caller,
        status="created",
        amount=wanted.amount,
        currency=wanted.currency,
        description=wanted.description,
        order_reference=wanted.order_reference,
        details=wanted.metadata,
    )
    attempt = Attempt(id=f"att_{uuid4().hex}", payment_id=payment.id, status="submitting", method=wanted.method)
    payment.attempts.append(attempt)
    session.add_all([payment, IdempotencyKey(key=idempotency_key, payment_id=payment.id)])
    session.add(AuditRow(actor=caller, action="payment.created", subject=payment.id, detail={"amount": wanted.amount}))
    await session.commit()
    await register(request.app.state.provider, payment, attempt)
    session.add(AuditRow(actor=caller, action="payment.pending", subject=payment.id, detail={"to": "pending"}))
    await session.commit()
    return PaymentOut.model_validate(payment)


async def register(provider: httpx.AsyncClient, payment: Payment, attempt: Attempt) -> None:
    """Tell the provider and take over what it answers."""
    answer = await provider.post(
        "/transactions", json={"reference": attempt.id, "amount": payment.amount, "currency": payment.currency}
    )
    answer.raise_for_status()
    attempt.reference = answer.json()["reference"]
    attempt.status = payment.status = "pending"
