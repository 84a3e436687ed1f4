"""What operators read: exact; who did what, when, and because of what."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {}
