"""`manage.py configurations`: list them, print one as a file, save one from a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pipeline.configurations.registry import (
    all_configurations,
    configuration_named,
    describe,
    differences_in_words,
    save_configuration,
)
from pipeline.core.errors import Refusal
from pipeline.core.settings.changes import InvalidSettings
from pipeline.core.settings.files import read_configuration, write_configuration
from pipeline.models import Configuration


class Command(BaseCommand):
    help = "List the configurations of the method, print one as a file, or save one from a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--show", metavar="NAME", help="print one as JSON, all its settings")
        parser.add_argument(
            "--add",
            type=Path,
            metavar="FILE",
            help="save the settings in a .json or .toml file, which names its preset and what "
            "differs from it, or all of it; needs --name",
        )
        parser.add_argument("--name", help="with --add: the new configuration's name")

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["add"]) is not bool(options["name"]):
            raise CommandError("--add FILE and --name NAME go together.")
        try:
            if options["show"]:
                row = configuration_named(options["show"])
                self.stdout.write(write_configuration(row.method_config))
            elif options["add"]:
                self._add(options["add"], options["name"])
            else:
                self._list()
        except InvalidSettings as error:
            lines = (f"\n  {path} {sentence}" for path, sentence in error.errors.items())
            raise CommandError(f"{options['add']}:{''.join(lines)}") from error
        except (Refusal, OSError) as error:
            raise CommandError(str(error)) from error

    def _add(self, file: Path, name: str) -> None:
        toml = file.suffix.lower() == ".toml"
        row = save_configuration(name, config=read_configuration(file.read_bytes(), toml=toml))
        self.stdout.write(f"Saved the configuration {row.name}, frozen as {row.fingerprint}.")
        self._print_differences(row)

    def _list(self) -> None:
        for row in all_configurations():
            self.stdout.write(f"{row.name}: {describe(row)} ({row.fingerprint[:12]})")
            self._print_differences(row)

    def _print_differences(self, row: Configuration) -> None:
        for line in differences_in_words(row):
            self.stdout.write(f"  {line}")
