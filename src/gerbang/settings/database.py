"""Settings: where the data is."""

from pydantic import BaseModel, Field, SecretStr, field_validator

from gerbang.base.database_url import problem_of


class DatabaseSettings(BaseModel):
    """Where the data is."""

    database_url: SecretStr | None = Field(None, description="PostgreSQL under the application's role (gerbang_app).")
    database_owner_url: SecretStr | None = Field(
        None, description="The same database under the role that owns the schema; for `migrate`."
    )
    database_pool_size: int = Field(10, ge=2, le=100, description="Connections that one process keeps at most.")
    database_wait_s: float = Field(
        1.4, ge=0.2, le=30, description="A request waits for the database at most so long before it is answered 503."
    )
    statement_timeout_ms: int = Field(15_000, ge=100, description="A statement that runs longer is cancelled.")

    @field_validator("database_url", "database_owner_url")
    @classmethod
    def _is_database(cls, value: SecretStr | None) -> SecretStr | None:
        if value and (problem := problem_of(value.get_secret_value())):
            raise ValueError(problem)
        return value
