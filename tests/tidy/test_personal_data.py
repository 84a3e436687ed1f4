"""Columns that hold personal data are declared so in the migrated schema, and every table that has one is registered with whoever erases it."""

import re
from typing import Final

from gerbang.base.db import Database
from gerbang.nouns import NOUNS

DECLARED: Final = "personal: "
NOT: Final = "not personal: "
SUSPICIOUS: Final = re.compile(
    r"(.*_)?(e?mail|phone|(first|last|full)?_?name|address|ip|recipient|account|birthday|city|zip)", re.IGNORECASE
)


async def said(db: Database) -> dict[tuple[str, str], str]:
    """What the schema says of each column, by table and column."""
    async with db.reading() as tx:
        rows = await tx.fetch(
            """
            SELECT c.relname::text AS table, a.attname::text AS column, coalesce(col_description(c.oid, a.attnum), '') AS said
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
            """
        )
    return {(row["table"], row["column"]): row["said"] for row in rows}


async def test_every_table_with_personal_columns_is_registered_and_no_other(db: Database) -> None:
    declared = {table for (table, _), what in (await said(db)).items() if what.startswith(DECLARED)}
    registered = {table for data in NOUNS.personal_data for table in data.tables}
    assert declared, "no column is declared: the comments are not read"
    assert declared == registered, (
        f"without a PersonalData in their noun's personal_data (nouns.py): {sorted(declared - registered)};"
        f" registered, and no column is declared personal: {sorted(registered - declared)}"
    )


async def test_a_column_that_looks_personal_says_whether_it_is(db: Database) -> None:
    columns = await said(db)
    silent = sorted(
        f"{table}.{column}"
        for (table, column), what in columns.items()
        if SUSPICIOUS.fullmatch(column) and not what.startswith((DECLARED, NOT))
    )
    assert not silent, (
        f"COMMENT ON COLUMN … IS 'personal: …', or 'not personal: …', in its migration: {', '.join(silent)}"
    )
