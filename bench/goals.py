"""What Gerbang promises of its speed, as numbers. Measured elsewhere; the same table stands in the architecture's goals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Goal:
    """One yardstick: multiples of the reference and of the usual way, and the lag allowed at p99 or the time at p95, in milliseconds."""

    title: str
    compared_with: str
    ratio: float | None = None
    stretch: float | None = None
    naive_ratio: float | None = None
    naive_stretch: float | None = None
    lag_p99_ms: float | None = None
    lag_stretch_ms: float | None = None
    p95_ms: float | None = None


GOALS: Final = {
    "W1": Goal(
        title="durable webhook ingest",
        compared_with="pgbench: one-row insert",
        ratio=1.0,
        stretch=2.0,
        naive_ratio=20.0,
        naive_stretch=34.0,
    ),
    "W2": Goal("processing of stored webhooks", "pgbench: the same transaction", 3.0, 5.0),
    "E2E": Goal(
        "ingest and processing together",
        "pgbench: the processing transaction",
        2.5,
        4.0,
        lag_p99_ms=100.0,
        lag_stretch_ms=50.0,
    ),
    "W3": Goal(
        title="authenticated read",
        compared_with="pgbench: indexed SELECT",
        ratio=0.2,
        stretch=0.5,
        naive_ratio=9.0,
        naive_stretch=25.0,
    ),
    "W4": Goal(
        title="create a payment with a provider call",
        compared_with="FastAPI + httpx + SQLAlchemy",
        ratio=None,
        stretch=None,
        naive_ratio=12.0,
        naive_stretch=25.0,
    ),
    "V2": Goal("NICEPAY's virtual account from order to paid, by classic V2", "nothing: a rate for each core"),
    "SNAP": Goal("the same by SNAP", "nothing: a rate for each core"),
    "ORDERS": Goal("a marketplace's orders, taken from pages of a hundred", "nothing: a rate for each core"),
    "PUSH": Goal(
        "a marketplace's order, from the buyer to GET /v1/orders", "nothing: a rate for each core", p95_ms=300.0
    ),
}
