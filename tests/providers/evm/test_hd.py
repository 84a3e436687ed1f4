"""Deposit addresses against published vectors, and what is refused as a key."""

import pytest
from bip32 import BIP32
from eth_account.hdaccount import seed_from_mnemonic

from gerbang.providers.evm import hd
from tests.providers.evm.world import XPUB

DEV_MNEMONIC = "test test test test test test test test test test test junk"
# BIP-32, test vector 2: the master key, and its child 0 by public derivation.
MASTER = (
    "xpub661MyMwAqRbcFW31YEwpkMuc5THy2PSt5bDMsktWQcFF8syAmRUapSCGu8ED9W6oDMSgv6Zz8idoc4a6mr8BDzTJY47LJhkJ8UB7WEGuduB"
)
CHILD = (
    "xpub69H7F5d8KSRgmmdJg2KhpAK8SR3DjMwAdkxj3ZuxV27CprR9LgpeyGmXUbC6wb7ERfvrnKZjXoUmmDznezpbZb7ap6r1D3tgFxHmwMkQTPH"
)
PRIVATE = (
    "xprv9s21ZrQH143K31xYSDQpPDxsXRTUcvj2iNHm5NUtrGiGG5e2DtALGdso3pGz6ssrdK4PFmM8NSpSBHNqPqm55Qn3LqFtT2emdEXVYsCzC2U"
)


def test_the_dev_mnemonics_accounts_come_out_of_its_public_key() -> None:
    root = BIP32.from_seed(seed_from_mnemonic(DEV_MNEMONIC, ""))
    assert root.get_xpub_from_path("m/44h/60h/0h") == XPUB
    assert [hd.address(XPUB, (0,), number) for number in range(3)] == [
        "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
        "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
        "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
    ]


def test_public_derivation_is_that_of_the_bips_vector() -> None:
    assert hd.address(MASTER, (), 0) == hd.address_of_point(BIP32.from_xpub(CHILD).pubkey)
    assert hd.address(MASTER, (0,), 5) == hd.address(CHILD, (), 5)


@pytest.mark.parametrize("key", [XPUB, MASTER, CHILD, BIP32.from_seed(b"x" * 32, "test").get_xpub()])
def test_an_extended_public_key_is_taken(key: str) -> None:
    assert not hd.complaint(key)


@pytest.mark.parametrize("key", [PRIVATE, PRIVATE[:-1] + "x", DEV_MNEMONIC, "0x" + "4c" * 32, "4c" * 32, "zprvAny"])
def test_whatever_looks_private_is_refused_and_never_repeated(key: str) -> None:
    said = hd.complaint(key)
    assert "private key" in said
    assert key not in said
    assert key[:12] not in said or key == DEV_MNEMONIC


@pytest.mark.parametrize(
    "key", ["", "xpub", XPUB[:-1] + "1", XPUB[:-4], "ypub" + XPUB[4:], "0x" + "4c" * 20, "é" * 111]
)
def test_anything_else_is_no_key(key: str) -> None:
    assert hd.complaint(key).startswith("This is no extended public key")


def test_a_key_of_another_coin_or_off_the_curve_is_told_apart() -> None:
    from bip32.base58 import b58decode_check, b58encode_check

    raw: bytes = b58decode_check(XPUB)
    other_coin = b58encode_check(bytes.fromhex("049d7cb2") + raw[4:]).decode()
    assert "Bitcoin" in hd.complaint(other_coin)
    no_point = b58encode_check(raw[:45] + b"\x02" + b"\xff" * 32).decode()
    assert "no point" in hd.complaint(no_point)


@pytest.mark.parametrize(("text", "branch"), [("0", [0]), ("0/5", [0, 5]), ("m", []), ("2147483647", [2**31 - 1])])
def test_branches(text: str, branch: list[int]) -> None:
    found = hd.branch_of(text)
    assert found is not None
    assert list(found) == branch


@pytest.mark.parametrize("text", ["", "0'", "0h", "/0", "0/", "m/0", "2147483648", "-1", "x"])
def test_no_branches(text: str) -> None:
    assert hd.branch_of(text) is None


def test_a_path_is_written_as_wallets_do() -> None:
    assert hd.path((0,), 7) == "0/7"
    assert hd.path((), 7) == "7"
