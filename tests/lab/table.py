"""The lab's table in docs/llm-endpoints.md: what each behaviour comes to, in one row."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.lab.behaviour import PRACTICE, QUESTIONS, Behaviour
from tests.lab.families import BEHAVIOURS, FAMILIES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "llm-endpoints.md"
BEGIN = "<!-- written by python -m tests.lab -->"
END = "<!-- until here -->"
HEADER = (
    "| server | what it does | the endpoint test | a batch of twelve questions | source |\n"
    "|---|---|---|---|---|"
)
ISSUE = re.compile(r"(?P<repository>[\w.-]+/[\w.-]+)#(?P<number>\d+)")


def page_with_table(page: str) -> str:
    """The page with the table between its marks replaced by the one of today."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"The marks of the table are missing: {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def table() -> str:
    """All behaviours by family."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield (
        f"{len(BEHAVIOURS)} behaviours. Held to JSON schema means that nothing else was found "
        f"worth remembering; failed traces are counted by their reason, and {QUESTIONS} made "
        "means that the batch ended by itself with none."
    )
    for family, behaviours in FAMILIES.items():
        yield f"\n### {family}\n\n{HEADER}"
        yield from map(_row, behaviours)


def _row(behaviour: Behaviour) -> str:
    does = behaviour.does + (f" ({_stated(behaviour)})" if behaviour.stated else "")
    cells = (behaviour.server, does, behaviour.test, behaviour.batch, _source(behaviour.source))
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def _stated(behaviour: Behaviour) -> str:
    return "entered: " + ", ".join(name.replace("_", " ") for name in behaviour.stated)


def _source(source: str) -> str:
    """A link to a public page or issue; a behaviour of general knowledge says so."""
    if source == PRACTICE:
        return source
    if match := ISSUE.fullmatch(source):
        return f"[{source}](https://github.com/{match['repository']}/issues/{match['number']})"
    return f"[{source.split('/')[2]}]({source})"
