"""Checksums of addresses, by the vectors of EIP-55."""

import pytest

from gerbang.base import eip55


@pytest.mark.parametrize(
    "text",
    [
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ],
)
def test_the_checksums_of_eip_55(text: str) -> None:
    assert eip55.checksummed(text.lower()) == text
    assert eip55.is_address(text)
    assert eip55.is_address(text.lower())
    assert not eip55.is_address(text[:2] + text[2:].swapcase())
