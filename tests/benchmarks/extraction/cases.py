"""Outputs of every style, written for these tests, and what each says.

`outputs.jsonl` holds style, option list, output and what it says: a letter, a class of what cannot
be read, or "unread" where any class will do. `no_answers.jsonl` holds texts that state no answer,
whatever the options are.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from pipeline.benchmarks.extraction import UNREAD_STAGES
from pipeline.core.records import Option

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Case:
    style: str
    options: tuple[Option, ...]
    says: str
    output: str

    @property
    def states_an_answer(self) -> bool:
        return self.says not in (*UNREAD_STAGES, "unread")


def lettered(texts: list[str]) -> tuple[Option, ...]:
    return tuple(Option(chr(ord("A") + at), text) for at, text in enumerate(texts))


def option_lists() -> dict[str, tuple[Option, ...]]:
    stored = json.loads((FOLDER / "option_lists.json").read_text(encoding="utf-8"))
    return {name: lettered(texts) for name, texts in stored.items()}


def _lines(name: str) -> list:
    text = (FOLDER / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.split("\n") if line]


def cases() -> list[Case]:
    lists = option_lists()
    return [Case(**{**row, "options": lists[row["options"]]}) for row in _lines("outputs.jsonl")]


def no_answers() -> list[str]:
    return _lines("no_answers.jsonl")
