"""These tests read the whole source, each in its own way: it is parsed once, and nobody collects garbage among a million nodes."""

import gc
from collections.abc import Iterator

import pytest

from tests.tidy.test_tidy import tree_of


@pytest.fixture(scope="package", autouse=True)
def _source_kept() -> Iterator[None]:
    gc.disable()
    yield
    tree_of.cache_clear()
    gc.enable()
