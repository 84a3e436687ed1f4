"""What the provider of an attempt brings to the payer's pages: how it calls its options, whether it asks on the phone, what its page may load.

Banks, stores, wallets and lenders are the market's, not a provider's: their names and menus stand in views/payment_steps.py, and go before these.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from gerbang.core.payments.model import Attempt
from gerbang.ports.page_origins import PageOrigins
from gerbang.web.services import Services


@dataclass(frozen=True, slots=True)
class ProviderSigns:
    """`titles` by the option's word; `asks_on_phone`: the request to pay comes to the payer's phone; `origins` of the page of the next action."""

    titles: Mapping[str, str] = field(default_factory=dict)
    asks_on_phone: bool = False
    origins: PageOrigins = field(default_factory=PageOrigins)


NO_SIGNS: Final = ProviderSigns()


async def signs_of(services: Services, attempt: Attempt | None) -> ProviderSigns:
    """The signs of the attempt's provider; none before there is an attempt."""
    if attempt is None:
        return NO_SIGNS
    connection = await services.connections.get(attempt.connection)
    terms = services.payments.context.calls.terms(connection)
    options = [option for one in terms if one.method is attempt.method for option in one.options]
    chosen = frozenset(attempt.options.values())
    declared = services.connections.provider_of(connection).page_origins or {}
    action = attempt.next_action
    return ProviderSigns(
        titles={option.name: option.title for option in options},
        asks_on_phone=any(option.mobile_of for option in options if option.name in chosen),
        origins=declared.get(type(action), PageOrigins()) if action is not None else PageOrigins(),
    )
