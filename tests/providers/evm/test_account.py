"""What can be saved as an evm connection, and what it then means."""

import pytest

from gerbang.base import eip55
from gerbang.base.http import ProviderRefused
from gerbang.base.money import EXPONENTS
from gerbang.ports.chain import Asset
from gerbang.ports.payment import Account
from gerbang.providers.evm import PROVIDER
from gerbang.providers.evm.account import deposit_address, network, nodes, title
from gerbang.providers.evm.networks import DECIMALS, NETWORKS
from tests.providers.evm.test_hd import PRIVATE
from tests.providers.evm.world import XPUB, account

GOOD = {"network": "base", "rpc_urls": "https://a.example/{rpc_key} https://b.example", "xpub": XPUB}
TOKEN = "0xdAC17F958D2ee523a2206206994597C13D831ec7"


def problems(**changes: str) -> dict[str, str]:
    found = PROVIDER.problems({**GOOD, **changes}, {"rpc_key"})
    return {one.pointer.removeprefix("/settings/"): one.detail for one in found}


def test_the_table_is_of_checksummed_contracts_and_of_decimals_that_gerbang_counts() -> None:
    for known in NETWORKS.values():
        assert all(contract == eip55.checksummed(contract) for contract in known.tokens.values())
    assert all(EXPONENTS[symbol] == decimals for symbol, decimals in DECIMALS.items())
    assert len({known.chain_id for known in NETWORKS.values()}) == len(NETWORKS)


def test_a_node_that_is_named_twice_is_called_that() -> None:
    assert "twice" in problems(rpc_urls="https://a.example https://a.example")["rpc_urls"]
    assert problems(rpc_urls=" ".join(f"https://a.example/{n}" for n in range(9)))["rpc_urls"] == "At most 8 addresses."


@pytest.mark.parametrize(
    "changes", [{}, {"assets": f"ETH USDT:{TOKEN}:6"}, {"agree_above": "USDC=10000 ETH=2.5"}, {"address_branch": "m"}]
)
def test_a_good_connection_can_be_saved(changes: dict[str, str]) -> None:
    assert not problems(**changes)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("network", "bitcoin"),
        ("network", ""),
        ("network", "Base"),
        ("chain_id", "137"),
        ("chain_id", "x"),
        ("native", "POL"),
        ("stalls_after_s", "0"),
        ("rpc_urls", ""),
        ("rpc_urls", "ftp://a.example"),
        ("rpc_urls", "https://a.example https://a.example"),
        ("rpc_urls", "https://"),
        ("rpc_urls", "https://user:pw@a.example"),
        ("rpc_urls", "https://mainnet.infura.io/v3/9aa3d95b3bc440fa88ea12eaa4456161"),
        ("rpc_urls", "http://[::1"),
        ("rpc_urls", "http://a.example:port"),
        ("xpub", ""),
        ("xpub", "0x" + "11" * 20),
        ("address_branch", "0'"),
        ("assets", "USDT"),
        ("assets", "DOGE"),
        ("assets", "USDC USDC"),
        ("assets", "USDC:0x12:6"),
        ("assets", f"USDT:{TOKEN}:18"),
        ("assets", f"DOGE:{TOKEN}:8"),
        ("assets", f"ETH:{TOKEN}:18"),
        ("assets", f"USDT:{TOKEN.swapcase().replace('0X', '0x')}:6"),
        ("confirmations", "0"),
        ("confirmations", "many"),
        ("settled_after", "0"),
        ("finality", "soon"),
        ("log_range", "0"),
    ],
)
def test_a_wrong_setting_is_named_when_it_is_saved(name: str, value: str) -> None:
    assert list(problems(**{name: value})) == [name]


def test_two_nodes_can_only_agree_where_two_are_named() -> None:
    assert "agree_above" in problems(agree_above="USDC=1", rpc_urls="https://a.example")
    for wrong in ("1", "DOGE=1", "USDC=", "USDC=-1", "USDC=1e3", "USDT=5"):
        assert "agree_above" in problems(agree_above=wrong), wrong


def test_a_private_key_is_refused_when_it_is_saved_and_the_refusal_does_not_repeat_it() -> None:
    said = problems(xpub=PRIVATE)
    assert "private key" in said["xpub"]
    assert PRIVATE[:16] not in str(said)


def test_what_a_connection_is_set_up_for() -> None:
    plain = network(account("https://a.example"))
    assert (plain.name, plain.chain_id, plain.confirmations, plain.finalized) == ("base", 8_453, 10, False)
    assert plain.assets == (Asset("USDC", NETWORKS["base"].tokens["USDC"].lower(), 6), Asset("ETH", "", 18))
    chosen = network(
        account(
            "https://a.example",
            confirmations="2",
            finality="finalized",
            settled_after="5",
            agree_above="USDC=9 ETH=0.5",
        )
    )
    assert (chosen.confirmations, chosen.finalized, chosen.settled_after) == (2, True, 5)
    assert [one.agree_above for one in chosen.assets] == [9_000_000, 5 * 10**17]
    polygon = network(account("https://a.example", network="polygon", assets="POL"))
    assert polygon.assets == (Asset("POL", "", 18),)


def test_a_network_of_ones_own_is_described_by_its_connection() -> None:
    own = {"network": "toko-lumbung", "chain_id": "1337", "native": "ETH", "network_title": "Lumbung Chain"}
    assert not problems(**own, assets=f"ETH USDT:{TOKEN}:6")
    here = account("https://a.example", **own, assets=f"USDT:{TOKEN}:6", confirmations="4")
    assert network(here).chain_id == 1_337
    assert (network(here).name, network(here).confirmations) == ("toko-lumbung", 4)
    assert network(here).assets == (Asset("USDT", TOKEN.lower(), 6),)
    assert network(account("https://a.example", network="toko", chain_id="1337")).assets == (Asset("ETH", "", 18),)
    assert title(here, "USDT") == "USDT · Lumbung Chain"
    assert nodes(here)[0].chain_id == 1_337


def test_nodes_stand_in_order_and_show_no_address() -> None:
    found = nodes(account("https://a.example/{rpc_key}", "https://b.example"))
    assert [(one.place, one.url) for one in found] == [(1, "https://a.example/k3y"), (2, "https://b.example")]
    assert "k3y" not in repr(found)


def test_an_address_comes_with_its_path() -> None:
    assert deposit_address(account("x"), 1) == ("0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "0/1")
    deeper = account("x", address_branch="m")
    assert deposit_address(deeper, 1)[1] == "1"


@pytest.mark.parametrize(
    "changes",
    [{"network": "bitcoin"}, {"assets": "DOGE"}, {"confirmations": "many"}],
)
def test_settings_that_went_wrong_later_refuse_before_anything_is_asked(changes: dict[str, str]) -> None:
    with pytest.raises(ProviderRefused) as refused:
        network(account("https://a.example", **changes))
    assert refused.value.hint


def test_no_node_and_no_key_refuse_too() -> None:
    with pytest.raises(ProviderRefused):
        nodes(account(""))
    with pytest.raises(ProviderRefused):
        deposit_address(Account("evm-test", False, {**GOOD, "xpub": PRIVATE}, {}), 0)


def test_a_placeholder_without_its_secret_is_refused_where_the_secret_would_stand() -> None:
    assert [one.pointer for one in PROVIDER.problems(GOOD, ())] == ["/secrets/rpc_key"]


def test_a_key_in_an_address_is_refused_and_not_repeated() -> None:
    said = problems(rpc_urls="https://mainnet.infura.io/v3/9aa3d95b3bc440fa88ea12eaa4456161")["rpc_urls"]
    assert "write {rpc_key} where it stood" in said
    assert "9aa3d95b" not in said
