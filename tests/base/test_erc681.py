"""ERC-681: the forms that wallets read, after the examples of the standard."""

from gerbang.base.erc681 import asking, native_uri, token_uri

TOKEN = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"
TO = "0x1111111111111111111111111111111111111111"


def test_a_token_is_called_by_its_transfer() -> None:
    assert token_uri(8453, TOKEN, TO, "48500000") == f"ethereum:{TOKEN}@8453/transfer?address={TO}&uint256=48500000"


def test_the_coin_is_sent_to_its_address() -> None:
    assert native_uri(1, TO, 10**18) == f"ethereum:{TO}@1?value=1000000000000000000"


def test_the_amount_of_a_transfer_can_be_changed_and_nothing_else() -> None:
    token, coin = token_uri(8453, "0xCC", "0xAA", 5), native_uri(1, "0xAA", 5)
    assert asking(token, 7) == token_uri(8453, "0xCC", "0xAA", 7)
    assert asking(coin, 7) == native_uri(1, "0xAA", 7)
