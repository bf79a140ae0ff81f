"""What a log of others says: an output with what it answers, and facts of the whole file."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pipeline.core.datasets.base import RejectedLine
from pipeline.core.datasets.fields import InvalidRecord
from pipeline.core.datasets.source_file import ReadLimits, SourceRecord
from pipeline.core.records import Option

# A sample of Inspect holds each text several times, and reasoning may be long.
OUTPUT_LIMITS = ReadLimits(record=8_000_000)
MAX_OUTPUT_CHARACTERS = 1_000_000
MAX_SETTING_CHARACTERS = 200

LM_EVAL, INSPECT, SCRIPTS, PLAIN = "lm_eval", "inspect", "scripts", "plain"

# No database stores them in a text.
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class OthersOutput:
    """One output and what its line says of the question; empty or None where it says nothing.

    `options` are those of the line, in its order and under its letters. `prompt` is what the model
    was sent. `key` only proves that the question is ours: the extractor never sees it. `sample`
    counts from 0. `part` is the file's own name for the benchmark of the line.
    """

    line: int
    output: str
    id: str = ""
    question: str | None = None
    options: tuple[Option, ...] = ()
    prompt: str = ""
    key: str | None = None
    sample: int | None = None
    part: str = ""
    reasoning: str = ""
    finish_reason: str = ""


Row = OthersOutput | RejectedLine


@dataclass
class FileFacts:
    """What a file says of itself, complete once its rows were read.

    `settings` are as stated there. `notes` are sentences about what a reader of the figures has to
    know. `benchmarks` are identities that the lines name: files of ours name them.
    """

    format: str
    model: str = ""
    settings: dict[str, str | int | float | bool] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    lines: int = 0
    parts: Counter[str] = field(default_factory=Counter)
    benchmarks: Counter[str] = field(default_factory=Counter)

    def state(self, settings: Mapping[str, object]) -> None:
        """Keep settings; those that differ between lines say so."""
        for name, value in settings.items():
            told = _setting(value)
            if told is None or self.settings.get(name) == told:
                continue
            self.settings[name] = "differs between lines" if name in self.settings else told

    def note(self, sentence: str) -> None:
        """Keep a sentence once."""
        if sentence not in self.notes:
            self.notes.append(sentence)


def rows_of(
    records: Iterable[SourceRecord],
    facts: FileFacts,
    read: Callable[[SourceRecord, FileFacts], Iterable[OthersOutput]],
) -> Iterator[Row]:
    """The outputs of each record, or why it gives none; a bad record never stops the rest."""
    for record in records:
        facts.lines += 1
        try:
            if record.flaw:
                raise InvalidRecord(record.flaw)
            yield from list(read(record, facts))
        except InvalidRecord as error:
            yield RejectedLine(record.line, str(error))


def output_text(value: object, facts: FileFacts) -> str:
    """An output as it can be stored; null is an output without text. Raises InvalidRecord."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InvalidRecord("The output is not text.")
    if len(value) > MAX_OUTPUT_CHARACTERS:
        raise InvalidRecord(f"The output is longer than {MAX_OUTPUT_CHARACTERS:,} characters.")
    stored = _NOT_STORABLE.sub("\ufffd", value)
    if stored != value:
        facts.note("Characters that no database stores (NUL, half surrogates) are shown as \ufffd.")
    return stored


def _setting(value: object) -> str | int | float | bool | None:
    """A setting as it can be shown; None for one that is absent or empty."""
    if isinstance(value, bool | int | float):
        return value
    if value is None or value in ("", [], {}):
        return None
    return _NOT_STORABLE.sub("\ufffd", str(value))[:MAX_SETTING_CHARACTERS]
