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
from pipeline.finetuning.training.run import CARD, finetune, require_packages
from pipeline.management.arguments import checked_name
from review.finetuned.registering import register_model
from review.finetuned.trainable import require_trainable
from review.management.commands.export_release import release_named
from review.models import FineTunedModel, Release
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
        parser.add_argument(
            "--register",
            nargs="?",
            const="",
            metavar="NAME",
            help="register the model when it is trained, under this name or one made up",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        release = trainable_release(options["release"])
        name = _free_name(options["register"])
        try:
            require_packages()
            with bundle_of(release) as bundle:
                request = request_from(bundle, options)
                finetune(request, say=self.stdout.write)
            if name is not None and not request.count_only:
                model = register_model((request.out / CARD).read_bytes(), name=name)
                self.stdout.write(f"Registered as {model}.")
        except (Refusal, Refused) as error:
            raise CommandError(str(error)) from error


def _free_name(name: str | None) -> str | None:
    """The name to register under, checked before hours of training; empty: to be made up."""
    if name and FineTunedModel.objects.filter(name=checked_name(name)).exists():
        raise CommandError(f"A model named {name} exists: choose another name.")
    return name


def trainable_release(name: str) -> Release:
    """The frozen release of this name; CommandError for one that must not be trained on."""
    release = release_named(name)
    try:
        require_trainable(release)
    except Refusal as error:
        raise CommandError(str(error)) from error
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
