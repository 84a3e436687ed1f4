"""Commerce's notifications: are they genuine, and what do they say of which attempt. Pure, closed by default.

The signature covers the whole body and no time, so an old message can be sent again: it carries totals of one charge at one moment, and
the same event is stored once, so that changes nothing. Messages out of order change nothing either: every order of facts ends alike.
"""

import hmac
from hashlib import sha256
from typing import Final

import msgspec

from gerbang.base import ids
from gerbang.base.errors import NotFound
from gerbang.ports.facts import Accepted
from gerbang.ports.payment import Account
from gerbang.ports.webhook import Hint, Ignored, Rejection, Reply, SignedFacts, Verified, WebhookRequest
from gerbang.providers.coinbase_commerce import facts, states, wire
from gerbang.providers.coinbase_commerce.account import is_verified, setting

HEADER: Final = "x-cc-webhook-signature"
_LIMIT_BYTES: Final = 262_144
_decode: Final = msgspec.json.Decoder(wire.Notification).decode


class CommerceWebhook:
    """The incoming half. Commerce tries again until it reads a 200."""

    reply = Reply()

    def verify(self, account: Account, incoming: WebhookRequest, now_s: float) -> Verified | Rejection:  # noqa: ARG002  nothing in a notification tells its time
        """Compare with the signature by every valid secret, in constant time; only lower-case hex is one."""
        given = incoming.headers.get(HEADER, "")
        if not given:
            return Rejection.MISSING
        secrets = [secret for secret in account.secrets.get("shared_secret", ()) if secret]
        if not secrets:
            return Rejection.NO_SECRET
        genuine = False
        for secret in secrets:
            expected = hmac.new(secret, incoming.body, sha256).hexdigest()
            genuine |= hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass"))
        if not genuine:
            return Rejection.FORGED
        event = _event(incoming.body)
        if event is None or not (_is_word(event.id) and _is_word(event.type)):
            return Rejection.MALFORMED
        names = (facts.reference(event.data), wire.text(event.data.id))
        return Verified(event.id, next((name for name in names if _is_word(name)), event.id), event.type)

    def read(self, account: Account, incoming: WebhookRequest) -> SignedFacts | Hint | Ignored:
        """What the charge in it says.

        It is heard by itself only where no stolen secret could make money of it: where our node must see the transfer, to the address
        that the connection pins. Anywhere else, and for an event that we do not know, it only makes us ask. A charge that is still open says
        nothing: heard while our own call is under way, it would end the sending, and the payer might never see how to pay.
        """
        event = _event(incoming.body)
        if event is None:
            return Ignored("It is no event of theirs.")
        try:
            attempt = ids.read("att", facts.reference(event.data))
        except NotFound:
            return Ignored("It is about a charge that was not made here.")
        if states.state(event.data) is states.State.OPEN:
            return Ignored("Nothing has come in yet.")
        charge = wire.text(event.data.id)
        is_pinned = is_verified(account) and setting(account, "recipient") and event.data.web3_data is not None
        if not is_pinned or event.type not in states.EVENTS or not charge:
            return Hint(attempt, charge or None)
        return SignedFacts(attempt, (Accepted(charge), *facts.told(account, event.data).facts))


def _is_word(text: str) -> bool:
    """Whether a name of theirs can be kept and shown as it is."""
    return 0 < len(text) <= 100 and text.isascii() and text.isprintable()


def _event(body: bytes) -> wire.Event | None:
    if len(body) > _LIMIT_BYTES:
        return None
    try:
        return _decode(body).event
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
