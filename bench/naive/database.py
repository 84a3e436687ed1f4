"""One engine and one session factory for a process, from NAIVE_DATABASE_URL."""

from __future__ import annotations

import os

from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from bench.naive.models import Base

# Of the pools tried (5+10, 20+10, 40, 20) under 64 connections, twenty without overflow was the fastest.
engine = create_async_engine(os.environ["NAIVE_DATABASE_URL"], pool_size=20, max_overflow=0)
new_session = async_sessionmaker(engine, expire_on_commit=False)


async def create_tables() -> None:
    """Make what is missing."""
    async with engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(1)"))  # two workers start at once
        await connection.run_sync(Base.metadata.create_all)
