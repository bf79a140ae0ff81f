"""The links of the run card: itself, the weights that it names, the endpoints that serve them."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from django.utils.formats import date_format

from pipeline.finetuning.training.base import file_sums
from pipeline.models import Endpoint, Event
from review.finetuned.chain.link import ChainLink
from review.finetuned.registering import release_faults
from review.finetuned.run_card import CardWeights, RunCard
from review.models import FineTunedModel
from review.reports.document import Link as PageLink

CANNOT_KNOW = "Nothing here can prove which weights a server has."


def card_links(
    model: FineTunedModel, card: RunCard, *, weights: Path | None
) -> Iterator[ChainLink]:
    """Run card, base, trained weights. `weights`: the folder of the run, to work them out anew."""
    yield _card_link(model, card)
    base = ChainLink("The base's weights", card.base.source, card.base_sha256)
    yield base.stated("The run card states it: it was worked out where the model was trained.")
    for one in card.weights:
        yield _weights_link(one, weights)


def endpoint_links(model: FineTunedModel) -> Iterator[ChainLink]:
    """Who states which endpoint serves the model, and which its base."""
    named = (
        ("The endpoint of the model", model.endpoint, "endpoint"),
        ("The endpoint of the base", model.base_endpoint, "base_endpoint"),
    )
    for title, endpoint, which in named:
        if endpoint is None:
            yield ChainLink(title).absent("Nobody has stated which endpoint serves it.")
        else:
            yield _endpoint_link(model, title, endpoint, which)


def _card_link(model: FineTunedModel, card: RunCard) -> ChainLink:
    page = PageLink(model.name, "review:model_run_card", (model.name,))
    what = f"run_card.json of {model}"
    link = ChainLink("The run card", what, model.run_card_sha256, page)
    if fault := _card_fault(model, card):
        return link.broken(fault)
    return link.holds("It is as the audit recorded it, and agrees with the release.")


def _card_fault(model: FineTunedModel, card: RunCard) -> str:
    """What is wrong with the stored card; empty where nothing is."""
    sha256 = hashlib.sha256(model.run_card.encode()).hexdigest()
    if sha256 != model.run_card_sha256:
        return f"What is stored has sha256 {sha256[:12]}…: it was changed."
    columns = (model.kind, model.base_model, model.base_sha256, model.weights_sha256)
    said = (card.settings.method, card.base.source, card.base_sha256, card.weights_sha256)
    if columns != said:
        return "The model is registered otherwise than its run card says."
    event = Event.objects.filter(
        action="finetuned_model.registered",
        subject_type=FineTunedModel._meta.label_lower,
        subject_id=str(model.pk),
    ).first()
    if event is None or event.payload.get("run_card_sha256") != sha256:
        return "The audit recorded another run card when the model was registered."
    if event.digest != event.computed_digest():
        return "The audit's event of the registration was changed."
    return " ".join(release_faults(card, model.release))


def _weights_link(said: CardWeights, run: Path | None) -> ChainLink:
    title = f"The trained weights ({said.kind})"
    link = ChainLink(title, f"{said.folder}/: {', '.join(said.files)}", said.sha256)
    if run is None:
        return link.stated(
            "The run card states it; the weights are not kept here. manage.py verify_model "
            "--weights FOLDER works it out anew from the folder of the run."
        )
    folder = run / said.folder
    missing = [name for name in said.files if not (folder / name).is_file()]
    if missing:
        return link.absent(f"{folder} lacks {missing[0]}.")
    sums = file_sums(folder, said.files)
    for name, sha256 in sums.items():
        if sha256 != said.files[name]:
            return link.broken(f"{name} in {folder} has sha256 {sha256[:12]}….")
    return link.holds(f"The files in {folder} have it.")


def _endpoint_link(model: FineTunedModel, title: str, endpoint: Endpoint, which: str) -> ChainLink:
    said = model.stated[which]
    who = model.stated_by or "someone on the command line"
    when = date_format(model.stated_at, "j F Y H:i") if model.stated_at else ""
    why = f"Stated by {who} on {when}. {CANNOT_KNOW}"
    if (endpoint.model, endpoint.base_url) != (said["model"], said["base_url"]):
        why += " The endpoint was changed since: what it was asked after that does not count."
    page = PageLink(endpoint.name, "pipeline:endpoint_change", (endpoint.name,))
    what = f"{endpoint}: {said['model']} at {said['base_url']}"
    return ChainLink(title, what, page=page).stated(why)
