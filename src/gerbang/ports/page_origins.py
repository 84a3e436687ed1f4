"""What one page of ours must be allowed to load for a provider's field on it: declared by the provider, for that page alone. Values; no I/O."""

import re
from dataclasses import dataclass, fields
from typing import Final

_LABEL: Final = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_ORIGIN: Final = re.compile(rf"https://{_LABEL}(?:\.{_LABEL})+(?::[0-9]{{1,5}})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class PageOrigins:
    """Origins that one page's content security policy allows beside our own: from where scripts come, what is framed, what scripts ask, where
    forms go. Each is `https://host` and nothing more: a wildcard, a path or a keyword would let in what nobody has named.
    """

    script: tuple[str, ...] = ()
    frame: tuple[str, ...] = ()
    connect: tuple[str, ...] = ()
    form_action: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raises ValueError for what is no origin, when the provider's entry is read: before anything is served."""
        for field in fields(self):
            for origin in getattr(self, field.name):
                if not _ORIGIN.fullmatch(origin):
                    raise ValueError(
                        f"{field.name}: {origin!r} is not an https origin like https://js.provider.example"
                    )
