"""What a model names is found where the text has it, invisible characters or not."""

import pytest

from pipeline.core.reasoners.language_model.answers import Entity
from pipeline.core.reasoners.language_model.mention_spans import locate_mentions
from pipeline.core.records import NodeType, Side


@pytest.mark.parametrize(
    ("text", "named", "found"),
    [
        ("had hyper\u00adten\u00adsion.", "hypertension", "hyper\u00adten\u00adsion"),
        ("Crohn’s\u00a0disease", "crohn's disease", "Crohn’s\u00a0disease"),
        ("لديه \u202bحمى\u202c عالية", "حمى", "حمى"),
        ("plain fever", "fe\u200bver", "fever"),
        ("feverish", "fever", None),
    ],
)
def test_a_span_points_into_the_text_as_written(text: str, named: str, found: str | None):
    entity = Entity(text=named, type=NodeType.DISEASE)
    mentions = list(locate_mentions([entity], text, Side.QUESTION))
    assert [mention.text for mention in mentions] == ([found] if found else [])
    assert all(text[mention.start : mention.end] == mention.text for mention in mentions)
