"""The local chain of the sandbox, on a real node: paying, mining, reorgs, its page, and what is left after a kill."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import vyper

from gerbang.ports.simulator import Impossible
from gerbang.sandbox.app import ChainConfig, Sandbox, SandboxConfig, create, running
from gerbang.sandbox.chain import local
from gerbang.sandbox.chain.anvil import find
from gerbang.sandbox.chain.calls import Instructions
from gerbang.sandbox.chain.local import FAKE, USDC
from tests.anvil import PROGRAM, needs_anvil
from tests.sandbox.test_process import Process

SHOP = "0x" + "5a" * 20
PAYMENT = "pay_01KC"


@pytest.fixture
def chained(config: SandboxConfig) -> SandboxConfig:
    """Blocks come only when somebody asks."""
    return msgspec.structs.replace(config, chain=ChainConfig(str(PROGRAM), block_s=0))


@pytest.fixture
async def here(chained: SandboxConfig) -> AsyncIterator[Sandbox]:
    async def asked(payment: str) -> Instructions | None:
        return Instructions("base", "USDC", SHOP, "12500000") if payment == PAYMENT else None

    async with running(chained, asked=asked) as sandbox:
        yield sandbox


@pytest.fixture
async def http(here: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=here.url, timeout=10) as client:
        yield client


async def act(http: httpx.AsyncClient, name: str, **body: Any) -> dict[str, Any]:
    answer = await http.post(f"/control/chain/{name}", json=body)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


async def held(sandbox: Sandbox, token: str = USDC, address: str = SHOP) -> int:
    assert sandbox.chain is not None
    call = {"to": token, "data": "0x70a08231" + local.word(address)}
    return int(await sandbox.chain.ask("eth_call", call, "latest"), 16)


async def block_of(sandbox: Sandbox, transaction: str) -> int | None:
    assert sandbox.chain is not None
    mined = await sandbox.chain.ask("eth_getTransactionReceipt", transaction)
    return None if mined is None else int(mined["blockNumber"], 16)


def test_the_shipped_bytecode_is_what_the_source_compiles_to() -> None:
    folder = Path(local.__file__).parent
    shipped = msgspec.json.decode((folder / "token.json").read_bytes())
    settings = vyper.compiler.settings.Settings(evm_version="cancun")
    fresh = vyper.compile_code(
        (folder / "token.vy").read_text(), output_formats=["bytecode_runtime"], settings=settings
    )
    assert shipped["runtime"] == fresh["bytecode_runtime"]
    assert vyper.__version__.partition("+")[0] in shipped["compiler"]


@needs_anvil
async def test_the_chain_is_base_with_the_dollar_coin_at_its_real_address(
    here: Sandbox, http: httpx.AsyncClient
) -> None:
    view = (await http.get("/control/chain")).json()
    assert (view["network"], view["chain_id"], view["tokens"]["USDC"]) == ("base", 8_453, USDC)
    assert int(view["wallet"]["balances"]["USDC"]) >= 10**14
    assert here.chain is not None
    assert int(await here.chain.ask("eth_chainId"), 16) == 8_453
    assert int(await here.chain.ask("eth_call", {"to": USDC, "data": "0x313ce567"}, "latest"), 16) == 6


@needs_anvil
async def test_the_demo_wallet_pays_what_a_payment_asks_for(here: Sandbox, http: httpx.AsyncClient) -> None:
    said = await act(http, "pay", payment=PAYMENT)
    assert (said["token"], said["amount"], said["address"]) == ("USDC", "12500000", SHOP)
    assert await held(here) == 12_500_000


@needs_anvil
async def test_it_pays_less_more_often_to_anybody_and_with_the_wrong_token(
    here: Sandbox, http: httpx.AsyncClient
) -> None:
    said = await act(http, "pay", payment=PAYMENT, amount="10", transfers=3)
    assert len(set(said["transactions"])) == 3
    assert await held(here) == 10
    await act(http, "pay", payment=PAYMENT, token="FAKE")
    assert await held(here, FAKE) == 12_500_000
    await act(http, "pay", address=SHOP, amount="7", token="ETH")
    assert here.chain is not None
    assert int(await here.chain.ask("eth_getBalance", SHOP, "latest"), 16) == 7


@needs_anvil
@pytest.mark.parametrize(
    ("call", "body", "status"),
    [
        ("pay", {}, 422),
        ("pay", {"address": SHOP}, 422),
        ("pay", {"address": "nowhere", "amount": "1"}, 422),
        ("pay", {"address": SHOP, "amount": "1.5"}, 422),
        ("pay", {"address": SHOP, "amount": "1", "token": "DOGE"}, 422),
        ("pay", {"address": SHOP, "amount": "1", "transfers": 0}, 422),
        ("pay", {"address": SHOP, "amount": str(10**30)}, 409),
        ("pay", {"payment": "pay_02"}, 404),
        ("mine", {"blocks": 0}, 422),
        ("reorg", {"depth": 0}, 422),
        ("reorg", {"depth": 10_000}, 422),
        ("drop", {"transaction": "0x" + "00" * 32}, 404),
        ("drop", {"transaction": "rubbish"}, 409),
        ("dance", {}, 404),
    ],
)
async def test_a_call_that_cannot_be_is_a_problem(
    http: httpx.AsyncClient, call: str, body: dict[str, Any], status: int
) -> None:
    answer = await http.post(f"/control/chain/{call}", json=body)
    assert (answer.status_code, answer.json()["status"]) == (status, status)


@needs_anvil
async def test_a_reorg_takes_payments_back_or_moves_them_one_block_later(
    here: Sandbox, http: httpx.AsyncClient
) -> None:
    """F12."""
    first, last = (await act(http, "pay", payment=PAYMENT, amount="10", transfers=2))["transactions"]
    before = [await block_of(here, first), await block_of(here, last)]
    moved = await act(http, "reorg", depth=2, keep=True)
    assert moved["transactions"] == [first, last]
    assert [await block_of(here, first), await block_of(here, last)] == [block and block + 1 for block in before]
    assert await held(here) == 10
    gone = await act(http, "reorg", depth=1)
    assert (gone["transactions"], gone["kept"]) == ([last], False)
    assert await held(here) == 5


@needs_anvil
async def test_one_transaction_alone_can_be_dropped(here: Sandbox, http: httpx.AsyncClient) -> None:
    first = (await act(http, "pay", payment=PAYMENT, amount="5"))["transactions"][0]
    await act(http, "mine", blocks=2)
    second = (await act(http, "pay", address=SHOP, amount="9"))["transactions"][0]
    await act(http, "drop", transaction=second)
    assert await block_of(here, first) is not None
    assert await block_of(here, second) is None
    assert await held(here) == 5


@needs_anvil
async def test_blocks_carry_business_time_also_after_a_reorg(here: Sandbox, http: httpx.AsyncClient) -> None:
    await http.post("/control/clock", json={"advance_s": 86_400})
    for call in ("mine", "reorg", "mine"):
        await act(http, call)
    assert here.chain is not None
    latest = await here.chain.ask("eth_getBlockByNumber", "latest", False)
    assert abs(int(latest["timestamp"], 16) - here.clock.now().timestamp()) < 60


@needs_anvil
async def test_every_act_is_in_the_journal(http: httpx.AsyncClient) -> None:
    await act(http, "mine", blocks=2)
    entries = (await http.get("/control/journal", params={"provider": "chain"})).json()["data"]
    assert [(entry["route"], entry["body"]) for entry in entries] == [("/control/chain/mine", '{"blocks":2}')]


@needs_anvil
async def test_confirmations_come_by_themselves_while_something_is_fresh(config: SandboxConfig) -> None:
    quick = msgspec.structs.replace(config, chain=ChainConfig(str(PROGRAM), block_s=0.05))
    async with running(quick) as sandbox:
        assert sandbox.chain is not None
        paid = await sandbox.chain.send([local.transfer("USDC", SHOP, 1)])
        at = await block_of(sandbox, paid)
        assert at is not None
        async with asyncio.timeout(10):
            while await sandbox.chain.head() < at + 3:
                await asyncio.sleep(0.05)


@needs_anvil
async def test_a_second_start_goes_on_where_it_was(chained: SandboxConfig) -> None:
    async with running(chained) as sandbox:
        assert sandbox.chain is not None
        paid = await sandbox.chain.send([local.transfer("USDC", SHOP, 4)])
        head, at = await sandbox.chain.head(), await block_of(sandbox, paid)
    async with running(chained) as sandbox:
        assert sandbox.chain is not None
        assert await sandbox.chain.head() >= head
        assert await block_of(sandbox, paid) == at
        assert await held(sandbox) == 4


@needs_anvil
async def test_a_killed_node_is_started_again_at_the_same_address_with_what_it_knew(config: SandboxConfig) -> None:
    quick = msgspec.structs.replace(config, chain=ChainConfig(str(PROGRAM), block_s=0.1))
    async with running(quick) as sandbox:
        chain = sandbox.chain
        assert chain is not None
        await chain.send([local.transfer("USDC", SHOP, 4)])
        url, pid = chain.url, chain._anvil.pid
        head = await chain.head()
        async with asyncio.timeout(10):
            while chain._kept <= head:
                await asyncio.sleep(0.05)
        os.kill(pid, signal.SIGKILL)
        async with asyncio.timeout(10):
            while chain._anvil.pid == pid or not await answers(chain) or await chain.head() < head:
                await asyncio.sleep(0.05)  # it listens a moment before it knows again what it knew
        assert chain.url == url
        assert await held(sandbox) == 4


async def answers(chain: local.LocalChain) -> bool:
    try:
        return await chain.head() >= 0
    except Impossible:
        return False


@needs_anvil
async def test_the_node_dies_with_a_killed_sandbox(chained: SandboxConfig, tmp_path: Path) -> None:
    process = await Process.start(chained, tmp_path / "config.json")
    async with httpx.AsyncClient(base_url=process.url) as http:
        rpc = (await http.get("/control/chain")).json()["rpc"]
    await process.end(signal.SIGKILL)
    async with asyncio.timeout(10), httpx.AsyncClient() as http:
        while True:
            try:
                await http.post(rpc, json={})
            except httpx.TransportError:
                return
            await asyncio.sleep(0.05)


@needs_anvil
async def test_a_taken_port_and_a_damaged_state_are_no_end(
    chained: SandboxConfig, here: Sandbox, tmp_path: Path
) -> None:
    assert here.chain is not None
    taken = int(here.chain.url.rpartition(":")[2])
    other = tmp_path / "other"
    other.mkdir()
    (other / "chain.state").write_text("0x1234")
    wish = msgspec.structs.replace(
        chained, data_dir=str(other), smtp_port=None, chain=ChainConfig(str(PROGRAM), taken, 0)
    )
    async with running(wish) as second:
        assert second.chain is not None
        assert second.chain.url != here.chain.url
        assert (other / "chain.refused").exists()


async def test_a_program_that_is_none_leaves_the_rest_of_the_sandbox(config: SandboxConfig, tmp_path: Path) -> None:
    wrong = tmp_path / "anvil"
    wrong.write_text("#!/bin/sh\nexit 3\n")
    wrong.chmod(0o755)
    sandbox = create(msgspec.structs.replace(config, chain=ChainConfig(str(wrong))))
    await sandbox.open()
    try:
        assert sandbox.chain is None
    finally:
        await sandbox.close()


async def test_without_the_program_page_and_calls_say_how_to_get_it(config: SandboxConfig) -> None:
    async with running(config) as sandbox, httpx.AsyncClient(base_url=sandbox.url) as http:
        assert "GERBANG_ANVIL" in (await http.get("/")).text
        for answer in (await http.get("/control/chain"), await http.post("/control/chain/mine", json={})):
            assert answer.status_code == 409
            assert "make up" in answer.json()["detail"]


def test_the_program_is_found_by_name_only_when_it_is_one(tmp_path: Path) -> None:
    assert find(str(tmp_path / "nothing")) is None
    if PROGRAM is not None:
        assert find(PROGRAM) == PROGRAM


@needs_anvil
async def test_the_page_pays_mines_and_reorgs_by_form(here: Sandbox, http: httpx.AsyncClient) -> None:
    async def press(**form: str) -> str:
        return (await http.post("/chain", data=form, follow_redirects=True)).text

    assert "Demo wallet" in await press(do="pay", to=PAYMENT, token="", amount="", transfers="1")
    assert await held(here) == 12_500_000
    await press(do="pay", to=SHOP, token="USDC", amount="5", transfers="1")
    assert await held(here) == 12_500_005
    await press(do="reorg", blocks="1")
    assert await held(here) == 12_500_000
    await press(do="reorg_keep", blocks="1")
    assert await held(here) == 12_500_000
    assert "said no" in await press(do="mine", blocks="many")
    assert "said no" in await press(do="drop", transaction="0x1")
