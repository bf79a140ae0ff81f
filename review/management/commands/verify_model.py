"""`manage.py verify_model NAME`: every link from a graded edge to a benchmark difference, now."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from review.finetuned.chain import ChainLink, chain_of, count_of
from review.finetuned.side_by_side import side_by_side
from review.models import FineTunedModel, Release


class Command(BaseCommand):
    help = (
        "Work out every checksum between a clinician's grade of an edge and the difference of a "
        "fine-tuned model on a benchmark, and say of each link whether it holds, is broken, or "
        "rests on a statement. Fails where one is broken."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument(
            "--weights",
            type=Path,
            metavar="FOLDER",
            help="the folder of the run with its weights, to work their checksums out too",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        model = _named(options["name"])
        weights = options["weights"]
        if weights is not None and not weights.is_dir():
            raise CommandError(f"There is no folder {weights}.")
        shown = side_by_side(model)
        links = chain_of(model, shown.benchmarks, thorough=True, weights=weights)
        for line in (*_lines(links), *_notes(model)):
            self.stdout.write(line)
        broken = [link.title.lower() for link in links if link.is_broken]
        if broken:
            raise CommandError(f"The chain of {model} is broken: {', '.join(broken)}.")


def _named(name: str) -> FineTunedModel:
    models = FineTunedModel.objects.select_related("release", "endpoint", "base_endpoint")
    model = models.filter(name=name).first()
    if model is None:
        known = ", ".join(FineTunedModel.objects.values_list("name", flat=True)) or "none"
        raise CommandError(f"There is no model named {name}. There are: {known}.")
    return model


def _lines(links: tuple[ChainLink, ...]) -> Iterator[str]:
    for number, link in enumerate(links, start=1):
        yield f"{number:>2}. {link.state:<12} {link.title}: {link.what or 'none'}"
        if link.sha256:
            yield f"    {link.sha256}"
        yield f"    {link.why}"
    yield ", ".join(f"{state} {count}" for state, count in count_of(links).items()) + "."


def _notes(model: FineTunedModel) -> Iterator[str]:
    release = model.release
    if release.state == Release.State.WITHDRAWN:
        yield f"{release} was withdrawn since: {release.withdrawn_reason}"
    if model.kind == FineTunedModel.Kind.PRM:
        yield "The model answers + or - to steps: accuracy on a benchmark is not its measure."
