"""`manage.py evaluate --endpoint NAME --benchmark A,B`: what a model answers to benchmarks."""

from argparse import ArgumentParser
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from pipeline.benchmarks.prompts import FREE, PROMPTS
from pipeline.core.errors import ReasonerFailure, Refusal
from pipeline.evaluations.estimate import estimate_evaluation, estimate_rows
from pipeline.evaluations.lifecycle import run_evaluation
from pipeline.evaluations.plan import EvaluationPlan, require_complete
from pipeline.evaluations.reading_again import read_again
from pipeline.evaluations.starting import start_evaluation
from pipeline.evaluations.text import result_lines
from pipeline.jobs.lifecycle import resume_job
from pipeline.ledger.probe import probe_if_untested
from pipeline.management.arguments import positive
from pipeline.management.working import work_here
from pipeline.models import Endpoint, Evaluation, QuestionSet
from pipeline.models.evaluations import MAX_OUTPUT_TOKENS
from pipeline.tasks import enqueue_evaluation

MODEL_DEFAULT = "model"
TAKEN = (
    *("prompt", "max_output_tokens", "samples", "orders", "seed", "limit"),
    *("budget_money", "budget_tokens"),
)


class Command(BaseCommand):
    help = (
        "Ask a model the questions of benchmarks, through the ledger. With --wait, work here until "
        "all are answered; --resume goes on with an evaluation by its name."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--endpoint", metavar="NAME", help="name of the endpoint to ask")
        which.add_argument("--resume", metavar="NAME", help="name of an evaluation to go on with")
        which.add_argument(
            "--read-again",
            metavar="NAME",
            help="read the outputs of an evaluation again, by this version's extractor",
        )
        parser.add_argument(
            "--benchmark", metavar="A,B", help="names of benchmarks: an evaluation each"
        )
        parser.add_argument(
            "--prompt",
            choices=PROMPTS,
            default=FREE,
            help="free: the question and its options, as rows for training ask them; strict: with "
            "a last line of a fixed form (default: free)",
        )
        parser.add_argument("--name", default="", help="the evaluation's name")
        parser.add_argument("--limit", type=positive, help="only the first N questions")
        parser.add_argument("--samples", type=positive, default=1, help="answers a question")
        parser.add_argument(
            "--orders",
            type=positive,
            default=1,
            metavar="K",
            help="ask each question under K orders of its options, the source's own and others "
            "drawn by --seed, to see whether answers follow the letter or the content",
        )
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument(
            "--temperature",
            type=_temperature,
            default=0.0,
            metavar="T",
            help="default 0, greedy; 'model' leaves it to the model: some accept no other",
        )
        parser.add_argument(
            "--max-output-tokens",
            type=positive,
            default=MAX_OUTPUT_TOKENS,
            help=f"the most that an answer may have (default: {MAX_OUTPUT_TOKENS})",
        )
        parser.add_argument("--budget-money", type=Decimal, help="in the prices' currency, each")
        parser.add_argument("--budget-tokens", type=int, help="input and output together, each")
        parser.add_argument(
            "--no-replay",
            action="store_true",
            help="do not reuse answers that are already paid for",
        )
        parser.add_argument("--threads", type=positive, help="with --wait: answers at a time")
        parser.add_argument("--wait", action="store_true", help="work here and print the figures")
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="count calls and tokens, and those answered already; send and write nothing",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["dry_run"]:
                self._estimate(options)
                return
            if options["read_again"]:
                self._read_again(_named(options["read_again"]))
                return
            evaluations = self._evaluations(options)
        except (ReasonerFailure, Refusal) as error:
            raise CommandError(str(error)) from error
        for evaluation in evaluations:
            if options["wait"]:
                self._work(evaluation, options["threads"])
            else:
                transaction.on_commit(partial(enqueue_evaluation, evaluation.pk))

    def _read_again(self, evaluation: Evaluation) -> None:
        changed = read_again(evaluation)
        self.stdout.write(f"Letters that changed: {changed:,}.")
        self.stdout.write("\n".join(result_lines(evaluation)))

    def _estimate(self, options: dict[str, Any]) -> None:
        for plan in _plans(options):
            require_complete(plan)
            self.stdout.write(f"{plan.endpoint.model} on {plan.question_set}")
            for name, figure in estimate_rows(estimate_evaluation(plan)):
                self.stdout.write(f"  {name:<16}{figure}")
        self.stdout.write("Nothing was sent, and nothing was written.")

    def _evaluations(self, options: dict[str, Any]) -> list[Evaluation]:
        if options["resume"]:
            return [_resumed(options["resume"])]
        plans = _plans(options)
        if options["name"] and len(plans) > 1:
            raise CommandError("Give --name with one benchmark: each evaluation has its own.")
        for plan in plans:
            require_complete(plan, untested=False)
        probe_if_untested(plans[0].endpoint)
        # As tested: the test found how the endpoint is asked.
        plans = [replace(plan, endpoint=_endpoint(options["endpoint"])) for plan in plans]
        started = [start_evaluation(plan, name=options["name"]) for plan in plans]
        for evaluation in started:
            self.stdout.write(f"Evaluation {evaluation.pk} started: {evaluation}.")
        return started

    def _work(self, evaluation: Evaluation, threads: int | None) -> None:
        """Answer items in this process, beside any workers, until the evaluation stops running."""
        threads = threads or settings.TRACE_THREADS
        try:
            work_here(
                evaluation,
                lambda told: run_evaluation(evaluation, threads=threads, on_progress=told),
            )
        finally:
            self.stdout.write("\n".join(result_lines(evaluation)))


def _plans(options: dict[str, Any]) -> list[EvaluationPlan]:
    """A plan for each benchmark that is named."""
    if not options["endpoint"] or not options["benchmark"]:
        raise CommandError("Name an --endpoint and at least one --benchmark.")
    names = [name.strip() for name in options["benchmark"].split(",") if name.strip()]
    endpoint = _endpoint(options["endpoint"])
    temperature = options["temperature"]
    return [
        EvaluationPlan(
            endpoint=endpoint,
            question_set=_benchmark(name),
            temperature=None if temperature == MODEL_DEFAULT else temperature,
            replay=not options["no_replay"],
            **{field: options[field] for field in TAKEN},
        )
        for name in dict.fromkeys(names)
    ]


def _benchmark(name: str) -> QuestionSet:
    questions = QuestionSet.objects.filter(name=name).first()
    if questions is None:
        raise CommandError(f"There is no question set named {name}.")
    return questions


def _endpoint(name: str) -> Endpoint:
    endpoint = Endpoint.objects.filter(name=name).first()
    if endpoint is None:
        raise CommandError(f"There is no endpoint named {name}.")
    return endpoint


def _named(name: str) -> Evaluation:
    evaluation = Evaluation.objects.filter(name=name).first()
    if evaluation is None:
        raise CommandError(f"There is no evaluation named {name}.")
    return evaluation


def _resumed(name: str) -> Evaluation:
    """The evaluation of this name, at work again if it was paused."""
    evaluation = _named(name)
    if evaluation.state == Evaluation.State.PAUSED:
        resume_job(evaluation)
    return evaluation


def _temperature(text: str) -> float | str:
    return MODEL_DEFAULT if text == MODEL_DEFAULT else float(text)
