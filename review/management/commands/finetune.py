"""`manage.py finetune --release NAME --base MODEL --out FOLDER`: train on a frozen release."""

import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pipeline.core.errors import Refusal
from pipeline.finetuning.options import add_options, request_from
from pipeline.finetuning.refused import Refused
from pipeline.finetuning.training.run import finetune, require_packages
from review.management.commands.export_release import release_named
from review.models import Release
from review.releases.bundle import write_checked
from review.releases.zip_file import whole_zip


class Command(BaseCommand):
    help = (
        "Fine-tune a model on the rows of a release, after counting them. What was done is "
        "written beside the weights as a run card. Over several GPUs, export the release and "
        "start the same as a script: docs/fine-tune.md."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--release", required=True, metavar="NAME")
        add_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        release = trainable_release(options["release"])
        try:
            require_packages()
            with bundle_of(release) as bundle:
                finetune(request_from(bundle, options), say=self.stdout.write)
        except (Refusal, Refused) as error:
            raise CommandError(str(error)) from error


def trainable_release(name: str) -> Release:
    """The frozen release of this name; CommandError for one that must not be trained on."""
    release = release_named(name)
    if release.state == Release.State.WITHDRAWN:
        raise CommandError(
            f"{release} was withdrawn, and nothing is trained on it: {release.withdrawn_reason}"
        )
    if release.is_demonstration:
        raise CommandError(f"{release} was written by demonstration rules: it trains no model.")
    return release


@contextmanager
def bundle_of(release: Release) -> Iterator[Path]:
    """The release's files as they were frozen: its ZIP where it is whole, else built anew."""
    packed = whole_zip(release)
    if packed is not None:
        yield packed
        return
    with tempfile.TemporaryDirectory(prefix="medreason-") as folder:
        write_checked(release, Path(folder))
        yield Path(folder)
