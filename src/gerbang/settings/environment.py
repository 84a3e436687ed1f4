"""What is read from the environment, and what a child process gets of it. The only file that looks at `os.environ`."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, get_args

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource

from gerbang.base.child_processes import needed
from gerbang.base.errors import Invalid
from gerbang.base.service_manager import ServiceManager

PREFIX: Final = "GERBANG_"


class SettingsInvalid(Invalid):
    """A variable of the environment does not say what it must; the errors name each."""

    code = "settings_invalid"
    title = "The settings are not valid"


class SecretFiles(PydanticBaseSettingsSource):
    """GERBANG_X_FILE for every secret x: the file's content without the line end."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        path = os.environ.get(f"{variable(field_name)}_FILE")
        if path is None or not is_secret(field):
            return None, field_name, False
        if variable(field_name) in os.environ:
            raise SettingsInvalid(f"{variable(field_name)} and …_FILE are both set; keep one.")
        try:
            return Path(path).read_text(encoding="utf-8").rstrip("\r\n"), field_name, False
        except (OSError, UnicodeError) as error:
            why = getattr(error, "strerror", "") or "it holds no text in UTF-8"
            raise SettingsInvalid(f"{variable(field_name)}_FILE cannot be read: {why}.") from error

    def __call__(self) -> dict[str, Any]:
        values = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in values.items() if value is not None}


def child_environment(settings: Mapping[str, object]) -> dict[str, str]:
    """The environment of a child process: these settings, and of this process's own no more than any program needs."""
    ours = {variable(name): as_text(value) for name, value in settings.items()}
    return needed(os.environ) | ours


def replace_environment(environment: Mapping[str, str]) -> None:
    """Become a process that was started with this environment: a fork has that of its parent."""
    os.environ.clear()
    os.environ.update(environment)


def service_manager() -> ServiceManager:
    """Who wants to be told how this process is, as systemd says it: NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID."""
    told, whom = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID", "")
    is_ours = told.isdecimal() and whom in ("", str(os.getpid()))
    return ServiceManager(os.environ.get("NOTIFY_SOCKET", ""), int(told) / 1e6 if is_ours else 0.0)


def unknown_variables(fields: Mapping[str, FieldInfo]) -> list[str]:
    """Variables that look like ours and are none of these settings: most likely a typing mistake."""
    known = {variable(name) for name in fields}
    known |= {f"{variable(name)}_FILE" for name, field in fields.items() if is_secret(field)}
    return sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)


def variable(name: str) -> str:
    """The variable of a setting: GERBANG_ and its name."""
    return f"{PREFIX}{name.upper()}"


def is_secret(field: FieldInfo) -> bool:
    """Whether the setting holds a secret."""
    return field.annotation is SecretStr or SecretStr in get_args(field.annotation)


def as_text(value: object) -> str:
    """A setting's value as it stands in a variable, secrets too."""
    match value:
        case bool():
            return "true" if value else "false"
        case tuple() | list():
            return ",".join(str(part) for part in value)
        case SecretStr():
            return value.get_secret_value()
        case _:
            return str(value)
