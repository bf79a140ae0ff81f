"""An event as a sentence, and the particulars that the sentence does not hold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any

from django.contrib.auth.models import User
from django.db import models
from django.utils.safestring import SafeString, mark_safe

from pipeline.models import Batch, Configuration, Endpoint, Event, KnowledgeGraph
from review.audit.sentences import IN_WORDS, SENTENCES
from review.audit.values import Part, Value, in_words, is_empty
from review.models import FineTunedModel, Policy, Release, Study

# Rows whose names every reader of the audit may see anyway; a type that is not here has a number.
NAMED: tuple[type[models.Model], ...] = (
    *(Batch, Configuration, Endpoint, KnowledgeGraph),
    *(FineTunedModel, Policy, Release, Study, User),
)


@dataclass(frozen=True)
class ToldEvent:
    """An event, its sentence as HTML (empty for an action without one), and what else it
    recorded."""

    event: Event
    sentence: SafeString
    others: tuple[tuple[str, str], ...]


def told_events(events: Iterable[Event]) -> list[ToldEvent]:
    """The events of one page in words; a query for each kind of row among them."""
    events = list(events)
    names = _names(events)
    return [_told(event, names) for event in events]


def _told(event: Event, names: Mapping[tuple[str, str], str]) -> ToldEvent:
    parts = SENTENCES.get(event.action)
    if parts is None:
        return ToldEvent(event, SafeString(), _others(event.payload, frozenset()))
    subject = names.get((event.subject_type, event.subject_id), f"number {event.subject_id}")
    facts = {name: _fact(event.action, name, value) for name, value in event.payload.items()}
    facts["subject"] = subject
    told = [text for part in parts if (text := _text(part, facts))]
    if not told:
        return ToldEvent(event, SafeString(), _others(event.payload, frozenset()))
    sentence = f"{'; '.join(map(_without_stop, told))}."
    used = frozenset(name for part in parts for name in _names_in(part))
    written = mark_safe(sentence[0].upper() + sentence[1:])  # noqa: S308 (values are escaped)
    return ToldEvent(event, written, _others(event.payload, used))


def _fact(action: str, name: str, value: Any) -> Any:
    words = IN_WORDS.get((action, name))
    return words(value) if words and isinstance(value, dict) else value


def _text(part: Part, facts: Mapping[str, Any]) -> str:
    """The part with its values, as HTML; empty where one of them is missing or empty."""
    if any(is_empty(facts.get(name)) for name in _names_in(part)):
        return ""
    template = part if isinstance(part, str) else part[1]
    return template.format_map({name: Value(value) for name, value in facts.items()})


def _without_stop(text: str) -> str:
    """Without the stop that its last value ends with: the sentence has one."""
    end = "</bdi>" if text.endswith("</bdi>") else ""
    return text.removesuffix(end).rstrip(".") + end


def _names_in(part: Part) -> list[str]:
    if isinstance(part, tuple):
        return [part[0]]
    return [name for _, name, _, _ in Formatter().parse(part) if name]


def _others(payload: Mapping[str, Any], used: frozenset[str]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name.replace("_", " "), in_words(value))
        for name, value in payload.items()
        if name not in used
    )


def _names(events: Iterable[Event]) -> dict[tuple[str, str], str]:
    wanted: dict[str, set[str]] = {}
    for event in events:
        wanted.setdefault(event.subject_type, set()).add(event.subject_id)
    return {
        (label, str(row.pk)): str(row)
        for model in NAMED
        if (label := model._meta.label_lower) in wanted
        for row in model._default_manager.filter(pk__in=wanted[label])
    }
