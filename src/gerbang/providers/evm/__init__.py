"""The merchant's own wallet on an EVM network: deposit addresses and the node that watches them. adapter.py and chain.py do it."""

from typing import Final

from gerbang.ports.kinds import Kind
from gerbang.ports.provider import Provider
from gerbang.providers.evm.account import CREDENTIALS, SETTINGS, problems
from gerbang.providers.evm.adapter import EvmPayments
from gerbang.providers.evm.chain import EvmChain
from gerbang.providers.evm.checking import probe

PROVIDER: Final = Provider(
    name="evm",
    title="Own wallet (EVM)",
    kinds=(Kind.PAYMENT, Kind.CHAIN),
    credentials=CREDENTIALS,
    settings=SETTINGS,
    documentation="https://ethereum.org/developers/docs/apis/json-rpc",
    payment=EvmPayments,
    chain=EvmChain,
    check=problems,
    probe=probe,
    demo="gerbang.providers.evm.demo:DEMO",
)
