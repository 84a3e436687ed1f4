"""The default secret store: sealed in our own PostgreSQL. SQL is allowed in this provider's store.py, and nowhere else here."""

from gerbang.providers.sealed.adapter import SealedStore, SecretUnreadable, refuse_second_key
from gerbang.providers.sealed.root_key import RootKey, RootKeyUnusable, ensure_root_key, root_key

__all__ = [
    "RootKey",
    "RootKeyUnusable",
    "SealedStore",
    "SecretUnreadable",
    "ensure_root_key",
    "refuse_second_key",
    "root_key",
]
