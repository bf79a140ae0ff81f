"""A text as it is read: its words and the options that it may name."""

from dataclasses import dataclass

from pipeline.benchmarks.extraction.named.offered import Offered
from pipeline.benchmarks.extraction.written.words import Words, words_of


@dataclass(frozen=True, slots=True)
class Place:
    """A canonical text with its words and the options it is read by."""

    text: str
    words: Words
    offered: Offered


def place(text: str, offered: Offered) -> Place:
    """A canonical text, ready to be read."""
    return Place(text, words_of(text), offered)
