"""Where a message to a payer would go, and what keeps it from going anywhere, as operators and payers read it. Pure."""

from collections.abc import Sequence

from markupsafe import Markup

from gerbang.base import formats
from gerbang.base.formats import Locale
from gerbang.core.payments.reach import Reach
from gerbang.ports.messenger import Channel
from gerbang.web import texts


def place_of(reach: Reach, locale: Locale, *, masked: bool) -> Markup | str:
    """`sari@example.com`, `+62 812-0000-0001 (SMS)`: the first place; empty where there is none."""
    if not reach.places:
        return ""
    first = reach.places[0]
    if first.channel is Channel.EMAIL:
        return formats.mask_email(first.address) if masked else first.address
    channel = texts.words(locale)(f"channel.{first.channel.value}")
    number = formats.mask_number(first.address) if masked else first.address
    return Markup("{} ({})").format(number, channel)


def lacks_of(reach: Reach, locale: Locale) -> Sequence[Markup]:
    """A sentence for each thing that is missing, with what mends it."""
    say = texts.words(locale)
    return [
        say(f"reach.{one.lack.value}", channels=say("reach.or").join(say(f"channel.{c.value}") for c in one.channels))
        for one in reach.missing
    ]
