"""`gerbang config`: the settings of this process, without what is secret."""

import json
import sys
from itertools import groupby
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from gerbang import settings as all_settings
from gerbang.cli.process import settings_here

config = App(name="config", help="The settings of this process.")


@config.command
def show(*, as_json: Annotated[bool, Parameter("--json")] = False, data: Path | None = None) -> None:
    """Every setting with its value and what it means; passwords and keys are hidden.

    Parameters
    ----------
    as_json
        One JSON object of variables and values.
    data
        Data folder of a running `gerbang up`.
    """
    known = list(all_settings.described(settings_here(data)))
    if as_json:
        print(json.dumps({one.variable: one.value for one in known}, indent=2))
    else:
        table = Table(box=None, pad_edge=False)
        for column in ("variable", "value", "unit", "meaning"):
            table.add_column(column, overflow="fold")
        for group, settings in groupby(known, key=lambda one: one.group):
            table.add_row(f"[bold]{group}[/bold]")
            for one in settings:
                table.add_row(one.variable, escape(one.value), one.unit, escape(one.sentence))
        Console(width=None if sys.stdout.isatty() else 160).print(table)
    for name in all_settings.unknown_variables():
        print(f"gerbang: {name} is no setting of this version; is it misspelled?", file=sys.stderr)
