"""Evaluations of a fine-tuned model and of its base that may be set side by side.

Two are a pair only where everything that decides an answer but the model is equal. Of several that
were asked alike the one started first counts: who runs an evaluation again until it looks better
gains nothing by it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from pipeline.models import Endpoint, Evaluation, LLMCall
from review.models import FineTunedModel

BASE, TUNED = "base", "fine-tuned"
OTHER: Mapping[str, str] = {BASE: TUNED, TUNED: BASE}
# Conditions of their own among a call's parameters.
SAID_ELSEWHERE = ("max_output_tokens", "temperature")

Conditions = dict[str, str]


@dataclass(frozen=True, slots=True)
class EvaluationPair:
    """A finished evaluation of each, under the same conditions."""

    base: Evaluation
    tuned: Evaluation


@dataclass(frozen=True, slots=True)
class Unpaired:
    """An evaluation of one of the two that is not shown beside one of the other, and why."""

    evaluation: Evaluation
    side: str
    why: str


@dataclass(frozen=True, slots=True)
class _Asked:
    evaluation: Evaluation
    conditions: Conditions

    @property
    def key(self) -> tuple[tuple[str, str], ...]:
        return tuple(sorted(self.conditions.items()))


def paired_evaluations(
    model: FineTunedModel,
) -> tuple[tuple[EvaluationPair, ...], tuple[Unpaired, ...]]:
    """The pairs, benchmark by benchmark, and every other evaluation of either with the reason."""
    found: dict[str, dict[tuple[tuple[str, str], ...], _Asked]] = {BASE: {}, TUNED: {}}
    unpaired: list[Unpaired] = []
    for side, endpoint, stated in _sides(model):
        for evaluation in evaluations_at(endpoint):
            if why := _not_counted(evaluation, stated):
                unpaired.append(Unpaired(evaluation, side, why))
                continue
            asked = _Asked(evaluation, conditions_of(evaluation))
            first = found[side].setdefault(asked.key, asked)
            if first is not asked:
                why = f"asked again under the same conditions: {first.evaluation} was started first"
                unpaired.append(Unpaired(evaluation, side, why))
    pairs = [
        EvaluationPair(found[BASE][key].evaluation, tuned.evaluation)
        for key, tuned in found[TUNED].items()
        if key in found[BASE]
    ]
    unpaired += _without_counterpart(found)
    return tuple(sorted(pairs, key=_place)), tuple(unpaired)


def evaluations_at(endpoint: Endpoint | None) -> QuerySet[Evaluation]:
    """Every evaluation that asked the endpoint, in the order in which they were started."""
    rows = Evaluation.objects.filter(endpoint=endpoint).select_related("question_set")
    return rows.order_by("pk") if endpoint else rows.none()


def conditions_of(evaluation: Evaluation) -> Conditions:
    """All that decides what is asked and how it is read, in words; the model apart."""
    read_by = evaluation.answers.exclude(extractor="").order_by("extractor")
    told = {
        "questions": evaluation.items_sha256[:12],
        "prompt": f"{evaluation.prompt} {evaluation.prompt_version}",
        "extractor": ", ".join(read_by.values_list("extractor", flat=True).distinct()),
        "temperature": _told(evaluation.temperature),
        "output tokens": _told(evaluation.max_output_tokens),
        "samples": str(evaluation.samples),
        "orders": str(evaluation.orders),
        "what was sent beside": "; ".join(sorted(_sent(evaluation))) or "nothing",
    }
    # With one order nothing is drawn.
    return told | ({"seed": str(evaluation.seed)} if evaluation.orders > 1 else {})


def _sides(model: FineTunedModel) -> Iterator[tuple[str, Endpoint | None, Mapping[str, str]]]:
    yield TUNED, model.endpoint, model.stated.get("endpoint", {})
    yield BASE, model.base_endpoint, model.stated.get("base_endpoint", {})


def _not_counted(evaluation: Evaluation, stated: Mapping[str, str]) -> str:
    if evaluation.state != Evaluation.State.FINISHED:
        return f"it is {evaluation.state}"
    if (evaluation.model, evaluation.base_url) != (stated["model"], stated["base_url"]):
        return (
            f"it asked {evaluation.model} at {evaluation.base_url}, which is not what the "
            "endpoint was stated to serve"
        )
    return ""


def _sent(evaluation: Evaluation) -> set[str]:
    """Parameters of its calls that differ from what every call sends, each set as text."""
    calls = LLMCall.objects.of_job(evaluation).order_by()
    sent = calls.values_list("parameters", flat=True).distinct()
    return {text for parameters in sent if (text := _parameters(parameters))}


def _parameters(parameters: Mapping[str, Any]) -> str:
    told = {
        name: value
        for name, value in parameters.items()
        if value not in (None, "", False, {}, []) and name not in SAID_ELSEWHERE
    }
    return json.dumps(told, sort_keys=True) if told else ""


def _without_counterpart(
    found: Mapping[str, Mapping[tuple[tuple[str, str], ...], _Asked]],
) -> Iterator[Unpaired]:
    for side, asked in found.items():
        others = found[OTHER[side]]
        for key, one in asked.items():
            if key not in others:
                yield Unpaired(one.evaluation, side, _what_differs(one, others.values(), side))


def _what_differs(one: _Asked, others: Iterable[_Asked], side: str) -> str:
    """The conditions in which the most similar evaluation of the other differs."""
    name = "base" if side == TUNED else "fine-tuned model"
    alike = [
        other for other in others if other.evaluation.items_sha256 == one.evaluation.items_sha256
    ]
    if not alike:
        return f"the {name} was not asked these questions"
    nearest = min(alike, key=lambda other: len(_differing(one, other)))
    differing = ", ".join(
        f"{condition} ({one.conditions.get(condition, 'none')} here, "
        f"{nearest.conditions.get(condition, 'none')} there)"
        for condition in _differing(one, nearest)
    )
    return f"{nearest.evaluation} of the {name} differs in {differing}"


def _differing(one: _Asked, other: _Asked) -> list[str]:
    names = dict.fromkeys([*one.conditions, *other.conditions])
    return [name for name in names if one.conditions.get(name) != other.conditions.get(name)]


def _told(value: float | int | None) -> str:
    return "the model's own" if value is None else f"{value:g}"


def _place(pair: EvaluationPair) -> tuple[str, int]:
    return pair.tuned.question_set.name, pair.tuned.pk
