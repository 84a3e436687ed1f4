"""What a connection to a provider is good for. Words only."""

from enum import StrEnum


class Kind(StrEnum):
    """One noun's business; the first kind of a provider is what its messages are about."""

    PAYMENT = "payment"
    CHAIN = "chain"
    RATES = "rates"
    MARKETPLACE = "marketplace"
    AI = "ai"
    MESSENGER = "messenger"
    SECRETS = "secrets"
    HTTP = "http"
