"""Question files of every format at the size of the largest published: MedMCQA's shape.

What is read through the adapter, record by record, stands beside the barest way to have the
same rows in memory: `json.loads` a line, or pandas. Each reading runs in a process of its own,
so that peaks of memory are its own too; time is the processor's, so that what else the machine
does is not in it.
"""

import json
import multiprocessing
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pipeline.core.datasets.base import LoadedQuestion, read_questions
from pipeline.core.datasets.registry import ADAPTERS
from tests.bench.report import Measurement

TOPIC = "Question files"
ROWS = 200_000
# Words of a text in MedMCQA, about: question, option, explanation, which one in eight lacks.
QUESTION, OPTION, EXPLANATION, WITHOUT_EXPLANATION = 13, 3, 65, 8
SUBJECTS, TOPICS = 21, 2500


def measure(data: Path | None) -> list[Measurement]:
    """A row a format. The inputs are made here."""
    with tempfile.TemporaryDirectory() as folder:
        files = _in_new_process(_write, Path(folder))
        return [_row(Path(file), baseline) for file, baseline in files.items()]


def _row(file: Path, baseline: str) -> Measurement:
    file.read_bytes()  # both readers find the file in memory
    seconds, peak = _in_new_process(_read, file)
    theirs, their_peak = _in_new_process(_read_bare, file, baseline)
    return Measurement(
        TOPIC,
        f"{file.name} into questions, beside {baseline} (processor time)",
        f"{ROWS:,} rows, {file.stat().st_size / 1e6:,.0f} MB",
        f"{seconds:.1f} s, peak {peak:,.0f} MiB",
        f"{theirs:.1f} s, peak {their_peak:,.0f} MiB",
        f"{seconds / theirs:.1f} of its time, {peak / their_peak:.2f} of its peak",
    )


def _rows() -> Iterator[dict[str, object]]:
    chance = random.Random(17)
    words = [f"{chance.choice('bcdlmnprst')}{i:x}ine" for i in range(20_000)]

    def text(length: int) -> str:
        return " ".join(chance.choices(words, k=chance.randint(1, 2 * length)))

    for number in range(ROWS):
        yield {
            "id": f"{number:08x}-{chance.getrandbits(96):024x}",
            "question": f"{text(QUESTION)} {number}?",
            **{f"op{letter}": f"{text(OPTION)} {letter}" for letter in "abcd"},
            "cop": number % 4,
            "choice_type": "single",
            "exp": None if number % WITHOUT_EXPLANATION == 0 else text(EXPLANATION),
            "subject_name": f"Subject {number % SUBJECTS}",
            "topic_name": f"Topic {chance.randrange(TOPICS)}",
        }


def _write(folder: Path) -> dict[str, str]:
    """The files, and what reads each for comparison."""
    import pandas

    frame = pandas.DataFrame(_rows())
    frame.to_json(folder / "lines.jsonl", orient="records", lines=True)
    frame.to_csv(folder / "table.csv", index=False)
    frame.to_parquet(folder / "table.parquet")
    frame.to_json(folder / "columns.json")
    return {
        str(folder / "lines.jsonl"): "json.loads a line",
        str(folder / "table.csv"): "pandas.read_csv",
        str(folder / "table.parquet"): "pandas.read_parquet",
        str(folder / "columns.json"): "pandas.read_json",
    }


def _read(file: Path) -> tuple[float, float]:
    started = time.process_time()
    outcomes = read_questions(file, file.name, ADAPTERS["medmcqa"].counting_from(0))
    count = sum(isinstance(outcome, LoadedQuestion) for outcome in outcomes)
    assert count == ROWS, f"{count:,} of {ROWS:,} rows were read."
    return time.process_time() - started, _peak()


def _read_bare(file: Path, baseline: str) -> tuple[float, float]:
    import pandas

    readers: dict[str, Callable[[Path], Any]] = {
        "json.loads a line": lambda path: [json.loads(line) for line in path.open("rb")],
        "pandas.read_csv": pandas.read_csv,
        "pandas.read_parquet": pandas.read_parquet,
        "pandas.read_json": pandas.read_json,
    }
    started = time.process_time()
    assert len(readers[baseline](file)) == ROWS
    return time.process_time() - started, _peak()


def _peak() -> float:
    """The most memory that this process has had, in MiB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise LookupError("/proc/self/status says nothing of VmHWM.")


def _in_new_process(act: Callable[..., Any], *given: object) -> Any:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(act, given)
