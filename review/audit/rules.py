"""A policy's rules in words."""

from collections.abc import Mapping
from typing import Any

from review.audit.values import in_words, is_empty

MINIMUMS = {
    "minimum_precision": "precision at least {}",
    "minimum_coherence": "coherence at least {}",
    "minimum_path_precision": "precision of every path at least {}",
    "minimum_path_coherence": "coherence of every path at least {}",
    "minimum_graders": "at least {} grades",
}
OTHERS = {
    "required_filters": "filters passed: {}",
    "only_accepted": "only what the consensus accepts",
    "barred_harms": "no harm that is {}",
    "ungraded": "ungraded traces: {}",
}


def rules_in_words(rules: Mapping[str, Any]) -> str:
    """The rules in one line; a rule that this version does not know as its name and value."""
    words = MINIMUMS | OTHERS
    told = [
        words.get(name, name.replace("_", " ") + " {}").format(in_words(value).replace("_", " "))
        for name, value in rules.items()
        if not is_empty(value)
    ]
    return ", ".join(told) or "takes everything"
