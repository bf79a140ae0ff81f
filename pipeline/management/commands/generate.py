"""`manage.py generate --questions NAME --graph NAME`: start a batch without the browser."""

from argparse import ArgumentParser
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from pipeline.batches.estimates.against_budget import budget_lines
from pipeline.batches.estimates.estimate import estimate_batch
from pipeline.batches.estimates.wording import assumptions, rows
from pipeline.batches.filters.tables import evaluate
from pipeline.batches.filters.text import evaluation_lines
from pipeline.batches.funnel import Funnel, current_traces, funnel_of
from pipeline.batches.lifecycle import run_batch, start_batch
from pipeline.batches.missing import Choices, missing_pieces, require_complete
from pipeline.batches.preflight import ModelEndpoints, embeddings_of
from pipeline.batches.starting.trial_text import trial_lines
from pipeline.configurations.registry import configuration_named, require_current
from pipeline.core.config import MethodConfig
from pipeline.core.errors import ReasonerFailure
from pipeline.ledger.probe import probe_if_untested
from pipeline.management.arguments import check_share, positive
from pipeline.management.working import work_here
from pipeline.models import Batch, Configuration, Endpoint, KnowledgeGraph, QuestionSet
from pipeline.sources.knowledge_graphs import latest_graph
from pipeline.tasks import enqueue_pumps

MODEL_DEFAULT = "model"


class Command(BaseCommand):
    help = "Generate traces for a question set. With --wait, work here until the batch is done."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--questions", required=True, help="name of the question set")
        parser.add_argument("--graph", required=True, help="name of the knowledge graph")
        parser.add_argument(
            *("--config", "--preset"),
            dest="configuration",
            default="demonstration",
            metavar="NAME",
            help="a preset (demonstration, lexical, default, paper) or a saved configuration: "
            "manage.py configurations lists them (default: demonstration)",
        )
        parser.add_argument(
            "--similarity",
            metavar="NAME",
            help="link by this embedding model, or by spelling alone: 'lexical' "
            "(default: as the configuration says)",
        )
        parser.add_argument("--limit", type=int, help="only the first N questions")
        parser.add_argument("--samples", type=int, default=1, help="traces per question")
        parser.add_argument(
            "--placebo",
            type=float,
            default=0.0,
            metavar="SHARE",
            help="for this share of the questions with options (0 to 1), drawn by seed, also argue "
            "for a wrong option, once a random and once the nearest one, to test the filters",
        )
        parser.add_argument(
            "--check",
            type=check_share,
            action="append",
            default=[],
            metavar="NAME=SHARE",
            help="run a check of the filters on this share of the traces, as in contrast=0.2 or "
            "without_cot=1; it measures and rejects nothing, unless the configuration says so",
        )
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--name", default="", help="the batch's name")
        parser.add_argument("--threads", type=positive, help="with --wait: traces made at a time")
        parser.add_argument(
            "--trial",
            action="store_true",
            help="make traces of 3 questions drawn by the seed, with the very settings given, and "
            "of no other; the batch then reuses the answers",
        )
        parser.add_argument("--wait", action="store_true", help="work here and print the funnel")
        models = parser.add_argument_group("language models")
        models.add_argument("--reasoner", metavar="ENDPOINT", help="name of the endpoint to ask")
        models.add_argument("--reader", metavar="ENDPOINT", help="endpoint of the second reader")
        models.add_argument(
            "--temperature",
            type=_temperature,
            metavar="T",
            help="default 0; 'model' leaves it to the model: some accept no other",
        )
        models.add_argument("--budget-money", type=Decimal, help="in the prices' currency")
        models.add_argument("--budget-tokens", type=int, help="input and output together")
        models.add_argument(
            "--no-replay",
            action="store_true",
            help="do not reuse answers that are already paid for",
        )
        models.add_argument(
            "--dry-run",
            action="store_true",
            help="estimate calls, tokens, cost and time from a sample; send and write nothing",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["dry_run"]:
                self._estimate(options)
                return
            batch = self._start(options)
        except (ReasonerFailure, ValueError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{_title(batch)} started: {batch}.")
        if options["wait"] and batch.is_trial:
            self._work(batch, options["threads"])
            self.stdout.write("\n".join(trial_lines(batch)))
        elif options["wait"]:
            self._work(batch, options["threads"])
            self._print(batch, funnel_of(batch))
            self.stdout.write("\n".join(evaluation_lines(evaluate([batch]))))
        else:
            transaction.on_commit(lambda: enqueue_pumps(batch.pk))

    def _start(self, options: dict[str, Any]) -> Batch:
        questions, graph = _inputs(options)
        configuration, endpoints = configuration_named(options["configuration"]), _named(options)
        config, limits = _config(configuration, options), _limits(options)
        require_complete(Choices(config, questions, graph, endpoints, **limits), untested=False)
        for endpoint in replace(endpoints, embeddings=embeddings_of(config)).present:
            probe_if_untested(endpoint)
        for warning in endpoints.warnings:
            self.stderr.write(warning)
        return start_batch(
            questions,
            knowledge_graph=graph,
            config=config,
            configuration=None if configuration.is_preset else configuration,
            name=options["name"],
            reasoner_endpoint=endpoints.reasoner,
            reader_endpoint=endpoints.reader,
            replay=not options["no_replay"],
            is_trial=options["trial"],
            **limits,
        )

    def _estimate(self, options: dict[str, Any]) -> None:
        questions, graph = _inputs(options)
        config = _config(configuration_named(options["configuration"]), options)
        endpoints = _named(options)
        choices = Choices(config, questions, graph, endpoints, **_limits(options))
        if not (choices.asks_models and endpoints.reasoner and endpoints.reader):
            raise CommandError(
                "A dry run estimates what language models would take: give a --config that asks "
                "them, such as lexical or default, --reasoner and --reader."
            )
        require_complete(choices, untested=False)
        estimate = estimate_batch(
            questions,
            knowledge_graph=graph,
            config=config,
            reasoner=endpoints.reasoner,
            reader=endpoints.reader,
            limit=options["limit"],
            samples=options["samples"],
            placebo_share=options["placebo"],
            threads=options["threads"] or settings.TRACE_THREADS,
        )
        budgets = {name: options[name] for name in ("budget_money", "budget_tokens")}
        for name, figure in (*rows(estimate), *budget_lines(estimate, **budgets)):
            self.stdout.write(f"{name:<16}{figure}" if len(name) < 16 else f"{name}: {figure}")
        for sentence in (*assumptions(estimate), *map(str, missing_pieces(choices))):
            self.stdout.write(f"- {sentence}")

    def _work(self, batch: Batch, threads: int | None) -> None:
        """Make traces in this process, beside any workers, until the batch stops running."""
        threads = threads or (1 if batch.is_demonstration else settings.TRACE_THREADS)
        work_here(batch, lambda told: run_batch(batch, threads=threads, on_progress=told))

    def _print(self, batch: Batch, funnel: Funnel) -> None:
        placebos = current_traces(batch).count() - funnel.total
        beside = f", and {placebos:,} placebo traces" if placebos else ""
        self.stdout.write(f"{batch}: {batch.state}, {funnel.total:,} traces{beside}.")
        for stage in funnel.stages:
            self.stdout.write(f"  {stage.title:<42}{stage.passed:>8,}")
            for reason in stage.reasons:
                self.stdout.write(f"    - {reason.title:<38}{reason.count:>8,}")


def _title(batch: Batch) -> str:
    return f"Trial {batch.pk} of a batch" if batch.is_trial else f"Batch {batch.pk}"


def _inputs(options: dict[str, Any]) -> tuple[QuestionSet, KnowledgeGraph]:
    """The question set and the newest version of the graph that are named."""
    questions = QuestionSet.objects.filter(name=options["questions"]).first()
    graph = latest_graph(options["graph"])
    if questions is None or graph is None:
        missing = "question set" if questions is None else "knowledge graph"
        name = options["questions"] if questions is None else options["graph"]
        raise CommandError(f"There is no {missing} named {name}.")
    return questions, graph


def _named(options: dict[str, Any]) -> ModelEndpoints:
    """The endpoints that are named."""
    return ModelEndpoints(_endpoint(options["reasoner"]), _endpoint(options["reader"]))


def _limits(options: dict[str, Any]) -> dict[str, Any]:
    """How much is made, at which temperature, and what it may take."""
    names = ("limit", "samples", "budget_money", "budget_tokens", "temperature")
    limits = {name: options[name] for name in names} | {"placebo_share": options["placebo"]}
    return limits | ({"temperature": None} if limits["temperature"] == MODEL_DEFAULT else {})


def _temperature(text: str) -> float | str:
    return MODEL_DEFAULT if text == MODEL_DEFAULT else float(text)


def _config(configuration: Configuration, options: dict[str, Any]) -> MethodConfig:
    require_current(configuration)
    config = replace(configuration.method_config, seed=options["seed"])
    if options["check"]:
        config = replace(config, checks=replace(config.checks, **dict(options["check"])))
    if options["similarity"]:
        config = config.with_similarity(options["similarity"])
    if options["temperature"] == MODEL_DEFAULT:
        return replace(config, model=replace(config.model, temperature=None))
    return config


def _endpoint(name: str | None) -> Endpoint | None:
    if name is None:
        return None
    endpoint = Endpoint.objects.filter(name=name).first()
    if endpoint is None:
        raise CommandError(f"There is no endpoint named {name}.")
    return endpoint
