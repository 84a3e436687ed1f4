"""The process in which texts that a shop wrote are read and rendered: a line of JSON in, a line of JSON out, until its input ends.

It has no environment, no open file but the pipe, 256 MB, and 50 ms of processor time for each step, counted by the kernel, which kills it when they are used up: also in the middle of what
never comes back to Python.
"""

import json
import resource
import signal
import sys
from typing import Any, Final

from gerbang.core.notifications.text_language import Rendering, TextTooLong, fixed_text, problems

STEP_S: Final = 0.05
_MOST_MEMORY: Final = 256 * 1024 * 1024
_EXAMPLE: Final = {
    "names": ["name"],
    "lists": ["items"],
    "kept": [],
    "values": [{"values": {"name": "x"}, "lists": {"items": [("a", "b")]}}],
}


def main() -> None:
    """Serve until whoever started it goes."""
    for source in (
        "{{ name | upper }}{% if name %}{% endif %}{% for a, b in items %}{% endfor %}",
        "{{ 'a' + nome }}",
        "{% if",
    ):
        _answer(
            {**_EXAMPLE, "sources": {"body": source}}
        )  # whatever Python loads only when it is needed is here before no file can be opened
    signal.setitimer(signal.ITIMER_PROF, 0)
    _give_up_everything()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        answer = json.dumps(_answer(json.loads(line)))
        signal.setitimer(signal.ITIMER_PROF, 0)
        sys.stdout.write(answer + "\n")
        sys.stdout.flush()


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    """Of each text its problems; if there are none, all fixed text, and both renderings with each set of values."""
    try:
        if wrong := _problems(asked):
            return {"problems": wrong}
        fixed = {part: fixed_text(one) for part, one in asked["sources"].items()}
        return {"problems": {}, "fixed": fixed, "rendered": _rendered(asked)}
    except TextTooLong:
        return {"failed": "it makes more than 64 kB of text"}
    except Exception as error:  # noqa: BLE001 - whatever it is, this text cannot be rendered, and who asked is told so
        return {"failed": f"it cannot be rendered: {type(error).__name__}"}


def _problems(asked: dict[str, Any]) -> dict[str, list[str]]:
    wrong = {}
    for part, source in asked["sources"].items():
        _allow_a_step()
        if found := problems(source, asked["names"], asked["lists"]):
            wrong[part] = found
    return wrong


def _rendered(asked: dict[str, Any]) -> list[dict[str, Any]]:
    _allow_a_step()
    texts = {part: Rendering(source) for part, source in asked["sources"].items()}
    made = []
    for one in asked["values"]:
        _allow_a_step()
        values, lists = one["values"], one["lists"]
        said = {part: text.render(values, lists) for part, text in texts.items()}
        written = {part: text.masked(values, lists, asked["kept"]) for part, text in texts.items()}
        made.append({"said": said, "written": written})
    return made


def _allow_a_step() -> None:
    signal.setitimer(signal.ITIMER_PROF, STEP_S)


def _give_up_everything() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
