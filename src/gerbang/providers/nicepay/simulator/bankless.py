"""A virtual account of the hosted page whose registration named no bank: the payer chooses one there, and gets the number then.

Source: notes 5.4 says that the hosted registration takes the same fields; that `bankCd` may stay empty is how shops use it. What NICEPAY's
own page looks like is not documented. Until a bank is chosen, an inquiry tells of no bank and no number.
"""

from gerbang.ports.simulator import Outcome, Request
from gerbang.providers.nicepay.simulator import html
from gerbang.providers.nicepay.simulator.browser import form, not_found, page, way_back
from gerbang.providers.nicepay.simulator.numbers import BANKS
from gerbang.providers.nicepay.simulator.orders import VIRTUAL_ACCOUNT, Numbered, Order, State
from gerbang.providers.nicepay.simulator.refusals import MESSAGES, Refused
from gerbang.providers.nicepay.simulator.world import World


def arrive(order: Order, request: Request, wrong: str = "") -> Outcome:
    """The number of an order that has one; else the banks to choose from."""
    if order.number:
        return page(html.account(order))
    if order.state is not State.OPEN:
        return page(html.ended(order, way_back(order, order.return_url)))
    banks = {code: bank.title for code, bank in BANKS.items()}
    return page(html.banks(order, f"{request.base_url}/redirect/v2/bank", banks, wrong))


def choose(world: World, request: Request) -> Outcome:
    """A bank was pressed. The first choice stands: another press shows the same number."""
    values = form(request)
    order = world.book.get(values.get("tXid", ""))
    if order is None or order.method != VIRTUAL_ACCOUNT:
        return not_found()
    if order.number or order.state is not State.OPEN:
        return arrive(order, request)
    try:
        numbered = _numbered(world, order, values.get("bankCd", ""))
    except Refused as refused:
        return arrive(order, request, MESSAGES[refused.code])
    order = world.book.apply(numbered)
    return Outcome(page(html.account(order)).answer, (numbered,))


def _numbered(world: World, order: Order, code: str) -> Numbered:
    bank = BANKS.get(code)
    if bank is None:
        raise Refused("9205")
    if order.customer:
        number = world.numbers.fixed_account(bank, order.customer, world.quirks)
    else:
        number = world.numbers.account_for(order.txid, bank, world.quirks)
    return Numbered(order.txid, order.reference, order.amount, code, number)
