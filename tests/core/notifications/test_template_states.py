"""Whether a template may be used follows what its provider shows, and not only what it pushed."""

from gerbang.base.db import Database
from gerbang.core.notifications import template_states
from gerbang.ports.messenger import TemplateNews, TemplateState

PAID = "gerbang_payment_paid_1"
USABLE = TemplateNews(PAID, "id", TemplateState.USABLE, "approved")
PAUSED = TemplateNews(PAID, "id", TemplateState.UNUSABLE, "WhatsApp says PAUSED")


async def test_a_template_that_its_provider_shows_as_approved_is_used_again_though_no_push_said_so(
    db: Database,
) -> None:
    async with db.transaction() as tx:
        await template_states.change(tx, "hook:wa", "wa", PAUSED, {})
        before = await template_states.paused(tx, "wa")
        await template_states.apply(tx, "wa", [USABLE], before)
        assert await template_states.paused(tx, "wa") == {}
        for _ in range(2):
            await template_states.apply(tx, "wa", [PAUSED], {})
        assert set(await template_states.paused(tx, "wa")) == {(PAID, "id")}
        told = await tx.fetchval("SELECT count(*) FROM announcements WHERE type = 'message_template.paused'")
    assert told == 2, "a look that finds what is known tells nobody"


async def test_what_was_paused_while_the_provider_was_asked_stays_so(db: Database) -> None:
    async with db.transaction() as tx:
        await template_states.change(tx, "hook:wa", "wa", PAUSED, {})
        await template_states.apply(tx, "wa", [USABLE], {})
        assert set(await template_states.paused(tx, "wa")) == {(PAID, "id")}
