"""Where an entity that a model names stands in the text it was read from."""

import re
from collections.abc import Iterable, Iterator

from pipeline.core.characters import plain, plain_with_places
from pipeline.core.reasoners.language_model.answers import Entity
from pipeline.core.records import Mention, Side


def locate_mentions(entities: Iterable[Entity], text: str, side: Side) -> Iterator[Mention]:
    """Mentions of the entities that stand in the text, case, spacing and look-alikes aside.

    What a model names that is not there is no mention: a span cannot be invented. Each place is
    taken once, so a term named twice is two mentions only if it stands there twice.
    """
    used: set[tuple[int, int]] = set()
    for entity in entities:
        span = next((span for span in _spans(entity.text, text) if span not in used), None)
        if span:
            used.add(span)
            yield Mention(text[slice(*span)], side, *span, entity.type)


def _spans(entity_text: str, text: str) -> Iterator[tuple[int, int]]:
    """Where the wanted words stand as words, in order; nowhere for none."""
    words = plain(entity_text).split()
    read, places = plain_with_places(text)
    if words:
        spaced = r"\s+".join(map(re.escape, words))
        for match in re.finditer(rf"(?<!\w){spaced}(?!\w)", read, re.IGNORECASE):
            yield places[match.start()], places[match.end() - 1] + 1
