"""The status marks of the visual language, as inline SVG: round moves by itself, and the word beside it is the name."""

from collections.abc import Mapping
from typing import Final

_RING: Final = '<circle cx="8" cy="8" r="6.25" fill="none" stroke="currentColor" stroke-width="1.5"/>'
_DISC: Final = '<circle cx="8" cy="8" r="7" fill="currentColor"/>'
_LINE: Final = 'fill="none" stroke="currentColor" stroke-width="1.75"/>'
_CUT: Final = 'fill="none" stroke="var(--on-mark)" stroke-width="1.75"/>'
_BACK: Final = _RING + f'<path d="M11.5 8H5M7.5 5.3L4.8 8l2.7 2.7" {_LINE}'


def _mark(inner: str) -> str:
    return f'<svg viewBox="0 0 16 16" aria-hidden="true">{inner}</svg>'


MARKS: Final[Mapping[str, str]] = {
    "open": _mark(_RING + '<circle cx="8" cy="8" r="2.5" fill="currentColor"/>'),
    "paid": _mark(_DISC + f'<path d="M4.5 8.2l2.5 2.5 4.5-5" {_CUT}'),
    "declined": _mark(_DISC + f'<path d="M5.3 5.3l5.4 5.4M10.7 5.3l-5.4 5.4" {_CUT}'),
    "expired": _mark(_RING + f'<path d="M8 4.3V8l2.6 1.5" {_LINE}'),
    "cancelled": _mark(_RING + f'<path d="M3.6 12.4l8.8-8.8" {_LINE}'),
    "voided": _mark(_BACK),
    "refunded": _mark(_BACK),
    "reversed": _mark(_BACK),
}
