"""The chain of thought: number the edges it may cite, assemble it, print it, mask it.

Masking serves the answer filter. The second reader sees the steps without the conclusion and
with every option's naming masked alike: masking only the right one would reveal it, masking
none would test whether the text states the answer, not whether it leads there.
"""

import re
from collections.abc import Iterable, Sequence

from pipeline.core.characters import plain
from pipeline.core.errors import MalformedOutput, NoReasoningWritten
from pipeline.core.reasoner import DraftCoT, DraftStep
from pipeline.core.records import CoT, Edge, Option, Path, Question, Step

MASK = "[an option]"

# Options that are a stance, not a thing. Striking every "no" out of a text would garble it and
# hide nothing; they are masked where they stand as the answer.
_STANCES = frozenset({"yes", "no", "maybe", "true", "false", "unclear"})
_QUALIFIER = re.compile(r"\s*\((?:disease|disorder)\)\s*$", re.IGNORECASE)
_PARTS = re.compile(r"\w+")


def numbered_edges(paths: Sequence[Path]) -> tuple[Edge, ...]:
    """The distinct edges of the paths in order of appearance; a draft cites their positions."""
    return tuple(dict.fromkeys(edge for path in paths for edge in path.edges))


def assemble(draft: DraftCoT, paths: Sequence[Path]) -> CoT:
    """The CoT of a draft, edge numbers turned into the edges themselves.

    Raises NoReasoningWritten without a step, MalformedOutput when a step cites an edge number
    that does not exist: a citation is never dropped or bent silently.
    """
    if not draft.steps:
        raise NoReasoningWritten("Generation returned no step.")
    edges = numbered_edges(paths)
    steps = tuple(
        Step(number, step.text.strip(), _cite_edges(number, step, edges))
        for number, step in enumerate(draft.steps, start=1)
    )
    return CoT(steps, draft.conclusion.strip())


def as_text(cot: CoT) -> str:
    """The whole CoT as plain text: numbered steps, then the conclusion."""
    return f"{steps_as_text(cot)}\n\nConclusion: {cot.conclusion}"


def steps_as_text(cot: CoT) -> str:
    """The numbered steps alone, one a line."""
    return "\n".join(f"{step.number}. {step.text}" for step in cot.steps)


def mask(cot: CoT, question: Question, aliases: Iterable[str] = ()) -> str:
    """The steps with every naming of every option masked alike, without the conclusion.

    `aliases` are other names of options, such as those of the nodes they were linked to.
    Case, plurals, invisible characters and punctuation within a name do not matter; nothing inside
    another word is masked. Stances (yes, no, maybe) are masked only where they stand as the answer,
    and so are option labels ("option B"). Free-text questions have no options: there the answer is
    masked.
    """
    names = [option.text for option in question.options] or [question.answer_text]
    things = {_strip_qualifier(plain(name)) for name in (*names, *aliases)} - _STANCES
    patterns = [_naming(name) for name in sorted(things, key=lambda n: (-len(n), n)) if name]
    patterns += _labels(question.options)
    if any(_strip_qualifier(name) in _STANCES for name in names):
        patterns += _stance_patterns()
    text = plain(steps_as_text(cot))
    return re.sub("|".join(patterns), MASK, text, flags=re.IGNORECASE) if patterns else text


def _cite_edges(number: int, step: DraftStep, edges: tuple[Edge, ...]) -> tuple[Edge, ...]:
    wrong = [cited for cited in step.edge_numbers if not 0 <= cited < len(edges)]
    if wrong:
        raise MalformedOutput(
            f"Step {number} cites edge {wrong[0]}; there are {len(edges)}.", stage="generation"
        )
    return tuple(edges[cited] for cited in dict.fromkeys(step.edge_numbers))


def _strip_qualifier(name: str) -> str:
    return _QUALIFIER.sub("", name).strip(" .\t\n").casefold()


def _naming(name: str) -> str:
    """A pattern for a name: any punctuation between its words, its last word also plural."""
    words = _PARTS.findall(name)
    if not words:
        return rf"(?<!\w){re.escape(name)}(?!\w)"
    inner = r"[\W_]{1,3}".join((*map(re.escape, words[:-1]), _either_number(words[-1])))
    return rf"(?<![\w]){inner}(?![\w])"


def _either_number(word: str) -> str:
    """Singular or plural of a word; short words and numbers as they are."""
    if len(word) < 4 or not word.isalpha():
        return re.escape(word)
    if word.endswith("ies"):
        return rf"{re.escape(word[:-3])}(?:y|ies)"
    if word.endswith("y"):
        return rf"{re.escape(word[:-1])}(?:y|ies)"
    return rf"{re.escape(word.removesuffix('s'))}(?:s|es)?"


def _labels(options: Sequence[Option]) -> list[str]:
    labels = "|".join(re.escape(option.label) for option in options)
    return [rf"\b(?:option|choice|answer)\s+\(?(?-i:{labels})\b\)?"] if labels else []


def _stance_patterns() -> list[str]:
    """A stance opening a step or sentence, or given as the answer."""
    stance = "(?:" + "|".join(sorted(_STANCES)) + ")"
    return [
        rf"(?<=\. ){stance}(?=\s*[,.:;])",
        rf"(?<=answer is ){stance}\b",
        rf"(?<=answer: ){stance}\b",
        rf"(?<=[\"'\u201c\u2018]){stance}(?=[\"'\u201d\u2019])",
    ]
