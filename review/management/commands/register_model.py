"""`manage.py register_model RUN_CARD`: a fine-tuned model by its run card."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from pipeline.core.errors import Refusal
from pipeline.management.arguments import checked_name, existing_file
from pipeline.models import Endpoint
from review.finetuned.registering import model_of, register_model, state_endpoints
from review.models import FineTunedModel


class Command(BaseCommand):
    help = (
        "Register a model that was fine-tuned on a release of this installation, by the "
        "run_card.json of its training; say which endpoints serve it and its base. With the "
        "card of a registered model, only the endpoints are stated anew."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run_card", type=Path)
        parser.add_argument("--name", default="", help="default: the release's and the method's")
        parser.add_argument(
            "--endpoint", metavar="NAME", help="the endpoint that serves it, as you know"
        )
        parser.add_argument(
            "--base-endpoint", metavar="NAME", help="the endpoint that serves its base"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path = existing_file(options["run_card"])
        name = checked_name(options["name"]) if options["name"] else ""
        endpoint, base = _endpoint(options["endpoint"]), _endpoint(options["base_endpoint"])
        if base and not endpoint:
            raise CommandError("--base-endpoint needs --endpoint: the two are compared.")
        try:
            with transaction.atomic():
                model = self._registered(path.read_bytes(), name, stating=endpoint is not None)
                if endpoint:
                    model = state_endpoints(model, endpoint=endpoint, base_endpoint=base)
        except Refusal as error:
            raise CommandError(str(error)) from error
        self.stdout.write(_told(model))

    def _registered(self, card: bytes, name: str, *, stating: bool) -> FineTunedModel:
        known = model_of(card) if stating and not name else None
        return known or register_model(card, name=name)


def _endpoint(name: str | None) -> Endpoint | None:
    if name is None:
        return None
    endpoint = Endpoint.objects.filter(name=name).first()
    if endpoint is None:
        raise CommandError(f"There is no endpoint named {name}.")
    return endpoint


def _told(model: FineTunedModel) -> str:
    served = f" Served by {model.endpoint}, as stated." if model.endpoint else ""
    return (
        f"Registered {model}: {model.get_kind_display()} of {model.base_model} on the release "
        f"{model.release}, run card {model.run_card_sha256}.{served}"
    )
