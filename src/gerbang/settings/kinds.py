"""Kinds of setting that several nouns have."""

from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_settings import NoDecode


def _parts(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


Port = Annotated[int, Field(ge=1, le=65_535)]
CommaSeparated = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_parts)]
