"""NICEPAY Indonesia, in classic V2 and in SNAP. What it is; dialects.py says what it does."""

from typing import Final

from gerbang.ports.kinds import Kind
from gerbang.ports.provider import Provider
from gerbang.providers.nicepay.account import CREDENTIALS, SETTINGS
from gerbang.providers.nicepay.checking import probe, problems
from gerbang.providers.nicepay.dialects import NicepayDialects, NicepayHooks

PROVIDER: Final = Provider(
    name="nicepay",
    title="NICEPAY",
    kinds=(Kind.PAYMENT,),
    credentials=CREDENTIALS,
    settings=SETTINGS,
    documentation="https://docs.nicepay.co.id",
    payment=NicepayDialects,
    webhook=NicepayHooks(),
    check=problems,
    probe=probe,
    simulator="gerbang.providers.nicepay.simulator:SIMULATOR",
    demo="gerbang.providers.nicepay.demo:DEMO",
)
