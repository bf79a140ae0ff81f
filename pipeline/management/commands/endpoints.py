"""`manage.py endpoints`: list endpoints, test one, say how it is asked, or enter them."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pipeline.core.errors import EndpointRefused, ReasonerFailure
from pipeline.endpoints.api_keys import key_source
from pipeline.endpoints.dialect_words import answer_format_of, dialect_parts, findings_of
from pipeline.endpoints.from_environment import endpoints_from_environment
from pipeline.endpoints.registry import ApiKeyInput, EndpointTerms, create_endpoint, state_dialect
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
        parser.add_argument(
            "--add",
            nargs=3,
            metavar=("NAME", "URL", "MODEL"),
            help="enter one whose server needs no key, or the key of --key-variable",
        )
        parser.add_argument(
            "--role",
            choices=Endpoint.Role.values,
            default=Endpoint.Role.EVALUATED,
            help="what the one that is added is for (default: evaluated)",
        )
        parser.add_argument(
            "--key-variable", default="", metavar="NAME", help="variable that holds its key"
        )
        parser.add_argument("--probe", metavar="NAME", help="test one and remember the outcome")
        parser.add_argument(
            "--set",
            nargs="+",
            metavar=("NAME", "SETTING=VALUE"),
            help="state how an endpoint is asked, whatever its test finds, such as "
            "max_output_tokens=16000; with no value, leave it to the test again",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["from_env"]:
                for endpoint, what in endpoints_from_environment():
                    self.stdout.write(f"{endpoint}: {what}.")
            if options["add"]:
                self._add(*options["add"], role=options["role"], variable=options["key_variable"])
            if options["set"]:
                self._set(*options["set"])
            if options["probe"]:
                self._probe(options["probe"])
        except (EndpointRefused, ReasonerFailure) as error:
            raise CommandError(str(error)) from error
        if not any(options[name] for name in ("from_env", "add", "set", "probe")):
            self._list()

    def _add(self, name: str, url: str, model: str, *, role: str, variable: str) -> None:
        terms = EndpointTerms(role, url, model)
        endpoint = create_endpoint(name, terms=terms, key=ApiKeyInput(variable=variable))
        self.stdout.write(f"{endpoint}: entered. Test it with --probe {endpoint}.")

    def _set(self, name: str, *settings: str) -> None:
        endpoint = _named(name)
        state_dialect(endpoint, changes=dict(map(_setting, settings)))
        self._show(endpoint)

    def _probe(self, name: str) -> None:
        endpoint = _named(name)
        try:
            probe_endpoint(endpoint)
        except (EndpointRefused, ReasonerFailure) as error:
            raise CommandError(endpoint.test_error or str(error)) from error
        self.stdout.write(findings_of(endpoint))
        if endpoint.role != Endpoint.Role.EMBEDDINGS:
            self._show(endpoint)

    def _show(self, endpoint: Endpoint) -> None:
        for part in dialect_parts(endpoint):
            self.stdout.write(f"  {part.name}: {part.value} ({part.source})")

    def _list(self) -> None:
        for endpoint in Endpoint.objects.all():
            state = answer_format_of(endpoint) if endpoint.is_active else "not in use"
            self.stdout.write(
                f"{endpoint.name}: {endpoint.get_role_display().lower()}, {endpoint.model} at "
                f"{endpoint.base_url}, key {key_source(endpoint)}, {state}"
            )
            if endpoint.test_error:
                self.stdout.write(f"  {endpoint.test_error}")


def _named(name: str) -> Endpoint:
    endpoint = Endpoint.objects.filter(name=name).first()
    if endpoint is None:
        raise CommandError(f"There is no endpoint named {name}.")
    return endpoint


def _setting(text: str) -> tuple[str, Any]:
    """A setting's name and value: JSON, or else a word as it stands; nothing leaves it open."""
    name, is_set, value = text.partition("=")
    if not is_set:
        raise CommandError(f"Give a setting as NAME=VALUE, not {text}.")
    try:
        return name, json.loads(value) if value else None
    except ValueError:
        return name, value
