"""`manage.py export_tasks --benchmark NAME --out DIR`: tasks by which other programs ask it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pipeline.benchmarks.prompts import PROMPTS, STRICT
from pipeline.benchmarks.tasks.inspect_task import inspect_command
from pipeline.benchmarks.tasks.lm_eval_task import lm_eval_command
from pipeline.benchmarks.tasks.rows import MAX_OUTPUT_TOKENS, TaskSettings
from pipeline.core.errors import Refusal
from pipeline.evaluations.task_files import PROGRAMS, task_files, write_files
from pipeline.management.arguments import positive
from pipeline.models import QuestionSet

_COMMANDS = {".yaml": lm_eval_command, ".py": inspect_command}


class Command(BaseCommand):
    help = (
        "Write a benchmark as tasks for lm-evaluation-harness and Inspect. They ask with our "
        "prompts and only record what a model writes; import_outputs reads their logs."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--benchmark", required=True, help="name of the question set")
        parser.add_argument("--out", required=True, type=Path, metavar="DIR")
        parser.add_argument(
            "--for", choices=sorted(PROGRAMS), dest="program", help="one of the two (default: both)"
        )
        parser.add_argument(
            "--prompt", choices=PROMPTS, default=STRICT, help="default: %(default)s"
        )
        parser.add_argument(
            "--max-output-tokens",
            type=positive,
            default=MAX_OUTPUT_TOKENS,
            metavar="N",
            help="default: %(default)s",
        )
        parser.add_argument(
            "--temperature", type=float, default=0.0, help="0 is greedy (default: %(default)s)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        questions = QuestionSet.objects.filter(name=options["benchmark"]).first()
        if questions is None:
            raise CommandError(f"There is no question set {options['benchmark']}.")
        programs = (options["program"],) if options["program"] else tuple(PROGRAMS)
        try:
            settings = TaskSettings(
                options["prompt"], options["max_output_tokens"], options["temperature"]
            )
            files = task_files(questions, settings, programs)
            write_files(options["out"], files)
        except (Refusal, OSError) as error:
            raise CommandError(str(error)) from error
        for name in files:
            self.stdout.write(f"{options['out'] / name}")
            if command := _COMMANDS.get(Path(name).suffix):
                self.stdout.write(f"  {command(Path(name).stem)}")
