"""`manage.py endpoints`: list endpoints, test one, or take them from the environment."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pipeline.core.errors import EndpointRefused, ReasonerFailure
from pipeline.endpoints.api_keys import key_source
from pipeline.endpoints.dialect_words import answer_format_of
from pipeline.endpoints.from_environment import endpoints_from_environment
from pipeline.ledger.probe import probe_endpoint
from pipeline.models import Endpoint


class Command(BaseCommand):
    help = "List the endpoints of language models; no key is ever shown."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--from-env",
            action="store_true",
            help="enter or change the endpoints that MEDREASON_LLM_REASONER_URL, _MODEL and "
            "_KEY_VARIABLE, and MEDREASON_LLM_READER_..., describe",
        )
        parser.add_argument("--probe", metavar="NAME", help="test one and remember the outcome")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["from_env"]:
                for endpoint, what in endpoints_from_environment():
                    self.stdout.write(f"{endpoint}: {what}.")
            if options["probe"]:
                self._probe(options["probe"])
        except (EndpointRefused, ReasonerFailure) as error:
            raise CommandError(str(error)) from error
        if not options["from_env"] and not options["probe"]:
            self._list()

    def _probe(self, name: str) -> None:
        endpoint = Endpoint.objects.filter(name=name).first()
        if endpoint is None:
            raise CommandError(f"There is no endpoint named {name}.")
        probe_endpoint(endpoint)
        self.stdout.write(f"{name} answers. Answer format: {answer_format_of(endpoint)}.")

    def _list(self) -> None:
        for endpoint in Endpoint.objects.all():
            state = answer_format_of(endpoint) if endpoint.is_active else "not in use"
            self.stdout.write(
                f"{endpoint.name}: {endpoint.get_role_display().lower()}, {endpoint.model} at "
                f"{endpoint.base_url}, key {key_source(endpoint)}, {state}"
            )
