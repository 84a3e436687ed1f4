"""Client of Gerbang: `Gerbang` and `AsyncGerbang` call the API, `Webhook` verifies what Gerbang sends. Types of both stand in `gerbang_client.types`."""

from gerbang_client.client import AsyncGerbang, Gerbang
from gerbang_client.errors import (
    APIError,
    AuthenticationError,
    ConflictError,
    ConnectionFailedError,
    FieldError,
    GerbangError,
    InvalidRequestError,
    NotFoundError,
    OutcomeUnknownError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
)
from gerbang_client.paging import AsyncPages, Pages
from gerbang_client.version import VERSION
from gerbang_client.webhooks import Webhook, WebhookVerificationError

__version__ = VERSION

__all__ = [
    "APIError",
    "AsyncGerbang",
    "AsyncPages",
    "AuthenticationError",
    "ConflictError",
    "ConnectionFailedError",
    "FieldError",
    "Gerbang",
    "GerbangError",
    "InvalidRequestError",
    "NotFoundError",
    "OutcomeUnknownError",
    "Pages",
    "PermissionDeniedError",
    "RateLimitError",
    "ServerError",
    "Webhook",
    "WebhookVerificationError",
    "__version__",
]
