"""The pages of the reference that tell something: each a template under `templates/reference/guides`."""

from collections.abc import Sequence
from typing import Final, NamedTuple


class Guide(NamedTuple):
    """One page: its address below /docs, its title, and what it tells in a sentence."""

    slug: str
    title: str
    says: str


QUICKSTART: Final = Guide(
    "", "Take a payment, and hear that it was paid", "Four steps from a test key to an order that is marked paid."
)
CLIENTS: Final = "clients"
GUIDES: Final[Sequence[Guide]] = (
    Guide("authentication", "Authentication", "API keys, their roles, and what a refused one is told."),
    Guide("amounts", "Amounts and currencies", "Whole numbers of the smallest unit, and assets as text."),
    Guide("idempotency", "Idempotency", "How a request can be sent again without being done twice."),
    Guide(CLIENTS, "Clients for Python and TypeScript", "Install them from this Gerbang: they belong to its API."),
    Guide("errors", "Errors", "Every code: why it comes, what to do, and whether to send it again."),
    Guide("events", "Events", "What you hear, how to verify it, and how to go on where you were."),
    Guide("statuses", "Statuses", "What each status means, and what a shop does then."),
    Guide("testing", "Testing: the endings", "How to play every ending of a payment in the sandbox."),
)
