"""Registering a fine-tuned model by its run card, and stating which endpoints serve it.

A run card is taken only where the release that it names is: then its checksums can be compared
with what was frozen.
"""

import hashlib
from collections.abc import Iterator

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from pipeline.core.errors import Refusal
from pipeline.models import Endpoint, Event
from review.finetuned.run_card import CardRelease, RunCard, read_card
from review.finetuned.trainable import require_trainable
from review.models import FineTunedModel, Release
from review.releases.bundle import manifest_sha256

# Its address is that of the form.
RESERVED = "new"
MAX_NAME = 80
SHORT = 12


def register_model(content: bytes, *, name: str = "", by: User | None = None) -> FineTunedModel:
    """Register the model of a run card: `content` is the file as it is.

    Without a name it is called after release and method. Raises Refusal for a card that cannot be
    read, was registered before, or does not agree with a release of this installation.
    """
    text = _text(content)
    card = read_card(text)
    release = checked_release(card)
    sha256 = hashlib.sha256(content).hexdigest()
    name = name or unused_name(f"{release.name[: MAX_NAME - 8]}-{card.settings.method}")
    _require_new(name, sha256)
    try:
        with transaction.atomic():
            model = FineTunedModel.objects.create(
                name=name,
                release=release,
                kind=card.settings.method,
                base_model=card.base.source,
                base_sha256=card.base_sha256,
                weights_sha256=card.weights_sha256,
                run_card=text,
                run_card_sha256=sha256,
                registered_by=by,
            )
            Event.objects.record(
                "finetuned_model.registered",
                model,
                by=by,
                name=name,
                release=release.name,
                base=card.base.source,
                manifest_sha256=card.release.manifest_sha256,
                run_card_sha256=sha256,
                weights_sha256=card.weights_sha256,
            )
    except IntegrityError:  # someone else was at the same thing
        _require_new(name, sha256)
        raise
    return model


def model_of(content: bytes) -> FineTunedModel | None:
    """The model that was registered by this run card, if one was."""
    sha256 = hashlib.sha256(content).hexdigest()
    return FineTunedModel.objects.filter(run_card_sha256=sha256).first()


def checked_release(card: RunCard) -> Release:
    """The release that was trained on, if all that the card says of it is so here.

    Raises Refusal with what differs.
    """
    release = Release.objects.filter(name=card.release.name).first()
    if release is None:
        raise Refusal(
            f"The run card names the release {card.release.name}, which is not here: a model is "
            "registered where its release was made."
        )
    require_trainable(release)
    if faults := [*release_faults(card, release)]:
        raise Refusal(f"The run card was not written for this release. {' '.join(faults)}")
    return release


def release_faults(card: RunCard, release: Release) -> Iterator[str]:
    """What the card says of the release and is not so: a sentence each."""
    said = card.release
    ours = manifest_sha256(release)
    if said.manifest_sha256 != ours:
        yield _differ(f"The manifest of {release}", said.manifest_sha256, ours)
    if said.lines_sha256 != release.sha256:
        yield _differ(f"The lines of {release}", said.lines_sha256, release.sha256)
    yield from _file_faults(said, release)
    yield from _row_faults(card, release)


def state_endpoints(
    model: FineTunedModel,
    *,
    endpoint: Endpoint,
    base_endpoint: Endpoint | None = None,
    by: User | None = None,
) -> FineTunedModel:
    """Record who says that these endpoints serve the model and its base, in place of an earlier
    statement.

    Raises Refusal for endpoints that cannot be what is stated.
    """
    _check_endpoints(endpoint, base_endpoint)
    named = {"endpoint": endpoint, "base_endpoint": base_endpoint}
    stated = {
        which: {"model": row.model, "base_url": row.base_url} for which, row in named.items() if row
    }
    with transaction.atomic():
        model = FineTunedModel.objects.select_for_update().get(pk=model.pk)
        model.endpoint, model.base_endpoint, model.stated = endpoint, base_endpoint, stated
        model.stated_by, model.stated_at = by, timezone.now()
        model.save(update_fields=("endpoint", "base_endpoint", "stated", "stated_by", "stated_at"))
        Event.objects.record(
            "finetuned_model.endpoints_stated",
            model,
            by=by,
            endpoint=endpoint.name,
            served_as=endpoint.model,
            base_endpoint=base_endpoint.name if base_endpoint else "",
            base_served_as=base_endpoint.model if base_endpoint else "",
        )
    return model


def unused_name(wanted: str) -> str:
    """The name, or the first of "name-2", "name-3" and so on that no model has."""
    name, number = wanted, 1
    while name == RESERVED or FineTunedModel.objects.filter(name=name).exists():
        number += 1
        name = f"{wanted}-{number}"
    return name


def _require_new(name: str, sha256: str) -> None:
    if earlier := FineTunedModel.objects.filter(run_card_sha256=sha256).first():
        raise Refusal(f"This run card was registered already, as {earlier}: nothing is added.")
    if name == RESERVED or FineTunedModel.objects.filter(name=name).exists():
        raise Refusal(
            f"A model cannot be named {name}, which is taken: choose another name, such as "
            f"{unused_name(name)}.",
            field="name",
        )


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise Refusal("The file is no run card: it is not UTF-8.") from error


def _file_faults(said: CardRelease, release: Release) -> Iterator[str]:
    files = release.manifest["files"]
    for name, sha256 in sorted(said.files.items()):
        if name not in files:
            yield f"{release} has no file {name}."
        elif files[name]["sha256"] != sha256:
            yield _differ(f"{name} of {release}", sha256, files[name]["sha256"])


def _row_faults(card: RunCard, release: Release) -> Iterator[str]:
    """Rows that were read and are not in the files, or the reverse."""
    for split, counts in (("train", card.rows.train), ("validation", card.rows.validation)):
        name = f"data/{card.settings.table}/{split}.jsonl"
        read = counts.rows + counts.left_out_by_choice
        here = release.manifest["files"].get(name, {}).get("rows", 0)
        if read and name not in card.release.files:
            yield f"It counts {read:,} rows of {name} and names no such file."
        elif read != here:
            yield f"It counts {read:,} rows of {name}, which has {here:,}."


def _differ(what: str, said: str, here: str) -> str:
    return f"{what} has sha256 {here[:SHORT]}… here and {said[:SHORT]}… in the card."


def _check_endpoints(endpoint: Endpoint, base_endpoint: Endpoint | None) -> None:
    for row in filter(None, (endpoint, base_endpoint)):
        if row.role == Endpoint.Role.EMBEDDINGS:
            raise Refusal(f"The endpoint {row} embeds texts: it serves neither of the two.")
    if base_endpoint and _asks(endpoint) == _asks(base_endpoint):
        raise Refusal(
            f"{endpoint} and {base_endpoint} ask the same model at the same address: one of them "
            "cannot be the base.",
            field="base_endpoint",
        )


def _asks(endpoint: Endpoint) -> tuple[str, str]:
    return endpoint.base_url, endpoint.model
