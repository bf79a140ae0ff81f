"""A benchmark of four made-up questions, and logs that answer it in the shapes of real ones.

The files in logs/ have the shapes of lm-evaluation-harness 0.4.13 and Inspect 0.3.285, seen in runs
of both on such questions, and of the two scripts, as their code writes them. Texts and numbers are
ours; Inspect's events are left out.
"""

import io
import json
from pathlib import Path
from string import ascii_uppercase

from pipeline.benchmarks.outputs.collecting import Collecting
from pipeline.benchmarks.outputs.matching import QuestionsAsked
from pipeline.benchmarks.outputs.reading import OutputsFile
from pipeline.core.datasets.base import RejectedLine
from pipeline.core.datasets.source_file import ReadLimits
from pipeline.core.records import Option, Question

LOGS = Path(__file__).parent / "logs"


def question(identifier, text, texts, key, context=""):
    options = tuple(Option(*pair) for pair in zip(ascii_uppercase, texts, strict=False))
    answer = next(option.text for option in options if option.label == key)
    return Question("house", identifier, text, options, key, answer, context=context)


QUESTIONS = (
    question("q-1", "Which drug slows the heart?", ("Propranolol", "Salbutamol", "Iron"), "A"),
    question("q-2", "Which genotype is mixed?", ("AA", "Aa", "aa"), "B"),
    question("q-3", "Does it help?", ("yes", "no", "maybe"), "C", "BACKGROUND: It may."),
    question("q-4", "Which is lacking?", ("Iron", "Iron and zinc", "Zinc", "Copper"), "D"),
)


def opened(content, name="made_up.jsonl", stated="", limits=None):
    """A file of these bytes, texts or rows (JSON Lines)."""
    if isinstance(content, list):
        content = "".join(json.dumps(row) + "\n" for row in content)
    data = content if isinstance(content, bytes) else content.encode()
    more = {"limits": limits} if limits else {}
    return OutputsFile(io.BytesIO(data), name, stated=stated, **more)


def log(name):
    """One of the files in logs/."""
    return opened((LOGS / name).read_bytes(), name)


def read(file):
    """Its outputs, and the lines that give none as (line, reason)."""
    rows = list(file.rows())
    rejected = [(row.line, row.reason) for row in rows if isinstance(row, RejectedLine)]
    return [row for row in rows if not isinstance(row, RejectedLine)], rejected


def collected(file, questions=QUESTIONS, **named):
    """The pass over a file, and {(id, sample): (match, output)}."""
    collecting = Collecting(QuestionsAsked("made-up", questions), **named)
    found = {
        (questions[match.place].id_in_source, row.sample or 0): (match, row)
        for row, match in collecting.matched(file)
    }
    return collecting, found


SMALL = ReadLimits(record=2000, total=20_000, rejected=3)
