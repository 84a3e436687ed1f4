"""What all three methods of SNAP share: is it active, is the reference new, which order is meant, and how a time is written."""

from datetime import UTC, datetime

from gerbang.providers.nicepay.simulator.orders import JAKARTA, Order
from gerbang.providers.nicepay.simulator.snap import authentication
from gerbang.providers.nicepay.simulator.snap.authentication import Call
from gerbang.providers.nicepay.simulator.snap.refusals import Refused, malformed, missing
from gerbang.providers.nicepay.simulator.world import World


def check_active(call: Call, method: str) -> None:
    if method not in call.merchant.methods:
        raise Refused("40301", "Feature Not Allowed")


def check_new(world: World, call: Call, reference: str) -> None:
    if world.book.of_merchant(call.merchant.imid, reference) is not None:
        raise Refused("40901", "Duplicate partnerReferenceNo")


def check_merchant(call: Call) -> None:
    if authentication.needed(call.fields, "merchantId", 10) != call.merchant.imid:
        raise malformed("merchantId")


def original(world: World, call: Call, method: str) -> Order | None:
    """The caller's order that the two original numbers name; None for none."""
    txid = authentication.told(call.fields, "originalReferenceNo")
    reference = authentication.needed(call.fields, "originalPartnerReferenceNo", 40)
    if not txid and world.quirks.snap_lookup == "by_theirs":
        raise missing("originalReferenceNo")
    order = world.book.get(txid) if txid else world.book.of_merchant(call.merchant.imid, reference)
    if order is None or order.imid != call.merchant.imid or order.method != method:
        return None
    return order if order.reference == reference or world.quirks.snap_mismatch == "accepted" else None


def not_found() -> Refused:
    """The standard's code: NICEPAY's table has none."""
    return Refused("40401", "Transaction Not Found")


def iso(moment: datetime) -> str:
    return moment.astimezone(JAKARTA).replace(microsecond=0).isoformat()


def until(said: str, field: str, now: datetime) -> datetime | None:
    """An ISO time that is to come; None when nothing was said. Raises Refused."""
    if not said:
        return None
    try:
        moment = datetime.fromisoformat(said)
    except ValueError as error:
        raise malformed(field) from error
    if moment.tzinfo is None or moment <= now:
        raise malformed(field)
    return moment.astimezone(UTC)
