"""`manage.py generate --questions NAME --graph NAME`: start a batch without the browser."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from tqdm import tqdm

from pipeline.batches import open_traces, pump, start_batch
from pipeline.core.config import PRESETS, preset
from pipeline.core.errors import InvalidConfiguration
from pipeline.funnel import Funnel, funnel_of
from pipeline.knowledge_graphs import latest_graph
from pipeline.models import Batch, QuestionSet
from pipeline.tasks import ring

PUMP_SECONDS = 1.0
IDLE_SECONDS = 0.5


class Command(BaseCommand):
    help = "Generate traces for a question set. With --wait, work here until the batch is done."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--questions", required=True, help="name of the question set")
        parser.add_argument("--graph", required=True, help="name of the knowledge graph")
        parser.add_argument("--preset", default="demonstration", choices=sorted(PRESETS))
        parser.add_argument("--limit", type=int, help="only the first N questions")
        parser.add_argument("--samples", type=int, default=1, help="traces a question")
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--name", default="", help="the batch's name")
        parser.add_argument("--wait", action="store_true", help="work here and print the funnel")

    def handle(self, *args: Any, **options: Any) -> None:
        batch = self._start(options)
        self.stdout.write(f"Batch {batch.pk} started: {batch}.")
        if options["wait"]:
            self._work(batch)
            self._print(batch, funnel_of(batch))
        else:
            transaction.on_commit(lambda: ring(batch.pk))

    def _start(self, options: dict[str, Any]) -> Batch:
        questions = QuestionSet.objects.filter(name=options["questions"]).first()
        graph = latest_graph(options["graph"])
        if questions is None or graph is None:
            missing = "question set" if questions is None else "knowledge graph"
            name = options["questions"] if questions is None else options["graph"]
            raise CommandError(f"There is no {missing} named {name}.")
        try:
            return start_batch(
                questions,
                knowledge_graph=graph,
                config=preset(options["preset"], seed=options["seed"]),
                name=options["name"],
                limit=options["limit"],
                samples=options["samples"],
            )
        except InvalidConfiguration as error:
            raise CommandError(str(error)) from error

    def _work(self, batch: Batch) -> None:
        """Make traces in this process, beside any workers, until the batch stops running."""
        total = batch.traces.count()
        with tqdm(total=total, unit="trace", disable=None) as bar:
            while batch.state == Batch.State.RUNNING:
                if not pump(batch, seconds=PUMP_SECONDS):
                    time.sleep(IDLE_SECONDS)
                bar.update(total - open_traces(batch).count() - bar.n)
                batch.refresh_from_db()
        if batch.state == Batch.State.PAUSED:
            raise CommandError(f"The batch paused: {batch.pause_reason or 'a lead asked for it.'}")

    def _print(self, batch: Batch, funnel: Funnel) -> None:
        self.stdout.write(f"{batch}: {batch.state}, {funnel.total:,} traces.")
        for stage in funnel.stages:
            self.stdout.write(f"  {stage.title:<42}{stage.passed:>8,}")
            for reason in stage.reasons:
                self.stdout.write(f"    - {reason.title:<38}{reason.count:>8,}")
