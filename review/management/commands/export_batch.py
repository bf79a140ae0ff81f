"""`manage.py export_batch ID --output FILE`: a batch's traces, ungraded, for use in the house."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pipeline.batches.starting.trials import require_no_trial
from pipeline.core.errors import Refusal
from pipeline.models import Batch
from review.exports.jsonl import batch_lines


class Command(BaseCommand):
    help = "Write the traces a batch made, without grades. Not a release: nothing is checked."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("batch", type=int, help="the batch's number")
        parser.add_argument("--output", type=Path, required=True)
        parser.add_argument(
            "--all", action="store_true", help="with the traces the filters rejected"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        batch = Batch.objects.filter(pk=options["batch"]).first()
        if batch is None:
            raise CommandError(f"There is no batch {options['batch']}.")
        try:
            require_no_trial([batch])
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        try:
            count = _write(batch, options["output"], only_kept=not options["all"])
        except OSError as error:
            raise CommandError(f"Cannot write {options['output']}: {error.strerror}.") from error
        self.stdout.write(f"{count:,} traces of {batch} written.")


def _write(batch: Batch, output: Path, *, only_kept: bool) -> int:
    count = 0
    with output.open("w", encoding="utf-8", newline="") as file:
        for line in batch_lines(batch, only_kept=only_kept):
            file.write(line)
            count += 1
    return count
