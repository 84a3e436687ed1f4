"""What a wallet opens to send crypto: addresses by ERC-681. Pure; addresses are written as they are given."""

import re
from typing import Final

_AMOUNT: Final = re.compile(r"(?<=[?&])(uint256=|value=)[0-9]+")


def token_uri(chain_id: int, contract: str, to: str, amount: int | str) -> str:
    """A transfer of `amount` base units of the token at `contract`."""
    return f"ethereum:{contract}@{chain_id}/transfer?address={to}&uint256={amount}"


def native_uri(chain_id: int, to: str, amount: int | str) -> str:
    """A transfer of `amount` base units (wei) of the chain's own coin."""
    return f"ethereum:{to}@{chain_id}?value={amount}"


def asking(uri: str, amount: int) -> str:
    """The same transfer of another amount."""
    return _AMOUNT.sub(rf"\g<1>{amount}", uri)
