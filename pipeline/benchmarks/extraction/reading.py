"""Reading an output: the stages in order, and the class of what none of them could read."""

from collections.abc import Iterator, Sequence
from typing import Final

from pipeline.benchmarks.extraction.another_question import first_turn, this_question
from pipeline.benchmarks.extraction.named.offered import offer
from pipeline.benchmarks.extraction.named.place import Place, place
from pipeline.benchmarks.extraction.stages import Extracted
from pipeline.benchmarks.extraction.stated.choices import chosen, superlative
from pipeline.benchmarks.extraction.stated.claims import Claim, settle
from pipeline.benchmarks.extraction.stated.declarations import declared
from pipeline.benchmarks.extraction.stated.layout import placed
from pipeline.benchmarks.extraction.stated.other_languages import declared_elsewhere
from pipeline.benchmarks.extraction.stated.predicates import judged, predicated
from pipeline.benchmarks.extraction.stated.structured import json_value, marked, of_json
from pipeline.benchmarks.extraction.unread import is_cut, why_unread
from pipeline.benchmarks.extraction.written.canonical import canonical
from pipeline.benchmarks.extraction.written.thoughts import without_thoughts
from pipeline.core.characters import plain
from pipeline.core.records import Option

# A naming that a text was cut off so soon behind may have gone on: "C. difficile", "A or B".
_WORDS_BEHIND: Final = 4


def extract(output: str, options: Sequence[Option], *, cut_off: bool = False) -> Extracted:
    """The option that an output states as its answer, without the key and without a guess.

    `options` carry the letters that the model was shown, one letter each. `cut_off`: the server
    said that the output ended at its limit, so that what was named last may have gone on. The time
    is linear in the length of the output.
    """
    offered = offer(tuple(options))
    shown = without_thoughts(plain(output))
    written = first_turn(shown.text)
    if value := json_value(written):
        read = settle([*of_json(value, offered)], "")
        return read or Extracted(None, why_unread(written, cut=cut_off))
    text = this_question(canonical(written), offered)
    spot = place(text, offered)
    cut = cut_off or shown.unclosed or is_cut(spot)
    claims = _claims(spot, cut=cut) if options else ()
    read = settle([c for c in claims if not cut_off or _is_over(spot, c)], text)
    return read or Extracted(None, why_unread(text, cut=cut))


def _claims(spot: Place, *, cut: bool) -> Iterator[Claim]:
    """What every stage finds."""
    yield from marked(spot)
    yield from declared(spot)
    yield from declared_elsewhere(spot)
    yield from chosen(spot)
    yield from superlative(spot)
    yield from predicated(spot)
    yield from judged(spot, complete=not cut)
    yield from placed(spot)


def _is_over(spot: Place, claim: Claim) -> bool:
    """Whether enough follows a claim for its naming to have ended."""
    label = claim.target.label
    naming = len(spot.offered.words(label)) if label else 0
    return len(spot.words.words) - spot.words.at(claim.at) > naming + _WORDS_BEHIND
