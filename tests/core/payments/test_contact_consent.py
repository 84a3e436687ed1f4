"""Nobody proves to have the number that they type on a bill's page, so one page names a few of them."""

from gerbang.base.db import Database
from gerbang.core.customers import consents
from gerbang.core.customers.consent_model import Agreement
from gerbang.core.identity.model import Caller
from gerbang.core.payments.contact_consent import MOST_PHONES, given_with, may_name
from gerbang.ports.messenger import Channel
from tests.core.notifications.example_payments import AT, JANE, details, stored


async def test_one_page_names_three_phones_and_goes_back_to_one_of_them(db: Database) -> None:
    payer = Caller("payer", "payer:pay_1")
    bill, phones = (await stored(db, details(JANE))).payment, [f"+62812000000{last}" for last in range(MOST_PHONES)]
    async with db.transaction() as tx:
        for phone in phones:
            assert await may_name(tx, payer, bill.id, phone)
            said = [Agreement(Channel.SMS, AT, "page", "yes")]
            await consents.agree(tx, given_with(bill, phone, said, payer.label), AT)
        assert not await may_name(tx, payer, bill.id, "+628120000009")
        assert await may_name(tx, payer, bill.id, phones[0])
        assert await may_name(tx, Caller("api_key", "key:shop"), bill.id, "+628120000009"), "the shop knows its payer"
