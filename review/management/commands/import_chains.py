"""`manage.py import_chains FILE --name NAME --questions SET --author TEXT`: others' reasoning."""

from argparse import ArgumentParser
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pipeline.batches.imported.importing import Origin, import_chains
from pipeline.core.datasets.source_file import DELIMITERS
from pipeline.core.errors import Refusal
from pipeline.management.arguments import existing_file
from pipeline.models import Batch, QuestionSet

MAX_LISTED = 20
COLUMNS = {
    "question": "the question",
    "options": "its options: a list, an object of letters and texts, or one text A. … B. …",
    "answer": "the answer: a letter, a text, or both",
    "cot": "the chain of thought",
    "conclusion": "its conclusion, where it stands apart",
    "context": "what is to be read before the question",
    "id": "the question's id",
}


class Command(BaseCommand):
    help = (
        "Import chains of thought that others made, on questions that are loaded, as a finished "
        "batch: graded blind beside those made here. No model is asked."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--name", required=True, help="the batch's name")
        parser.add_argument("--questions", required=True, help="the question set that they are on")
        parser.add_argument("--author", required=True, help="who or what made them, as published")
        parser.add_argument("--licence", default="", help="of their text (default: not stated)")
        parser.add_argument(
            "--may-be-released",
            action="store_true",
            help="the licence, whose text you have read, permits publication; a known licence that "
            "does needs no flag",
        )
        parser.add_argument(
            "--format",
            default="columns",
            help="medreason, medical_o1, columns, or a mapping saved by describe_questions",
        )
        for name, meaning in COLUMNS.items():
            parser.add_argument(f"--{name}-column", default="", help=f"the column of {meaning}")
        parser.add_argument(
            "--delimiter",
            choices=sorted(DELIMITERS),
            help="of a CSV file (default: as its header has it)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path = existing_file(options["file"])
        questions = QuestionSet.objects.filter(name=options["questions"]).first()
        if questions is None:
            raise CommandError(f"There is no question set named {options['questions']}.")
        try:
            batch = import_chains(
                options["name"],
                path,
                file_name=path.name,
                questions=questions,
                origin=Origin(options["author"], options["licence"], options["may_be_released"]),
                chains=options["format"],
                columns={name: options[f"{name}_column"] for name in COLUMNS},
                delimiter=DELIMITERS.get(options["delimiter"]),
            )
        except Refusal as error:
            raise CommandError(str(error)) from error
        for line in _report(batch):
            self.stdout.write(line)


def _report(batch: Batch) -> Iterator[str]:
    """What was imported, what was not, and what the filters that ran say."""
    said = batch.imported_from or {}
    kept = batch.traces.filter(kept=True).count()
    yield (
        f"Batch {batch.pk}, {batch}: {said['imported']:,} of {said['rows']:,} rows imported, "
        f"{kept:,} of them kept by the filters that need no paths."
    )
    yield (
        f"Left out: {said['unmatched']:,} whose question is not in {batch.question_set}, "
        f"{said['refused']:,} at odds with their question, {said['unusable']:,} unusable."
    )
    told = [f"  line {line}: {reason}" for line, reason in said["left_out"]]
    yield from islice(told, MAX_LISTED)
    left_out = said["rows"] - said["imported"]
    if left_out > MAX_LISTED:
        yield f"  and {left_out - MAX_LISTED:,} more."
