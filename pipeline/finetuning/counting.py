"""What training would make of rows, counted before the first step: nothing is cut in silence.

Reads release rows and a transformers tokenizer; imports nothing of the rest of the project.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .masks import Messages, RenderedRow, RowError, control_tokens, render, texts

NAMED_ROWS = 5
EXAMPLE_LENGTH = 60

# What is found of rows, in the order in which it is told. `{rows}`: "3 rows", `{max_length}` and
# `{example}`: of the first row.
SENTENCES: Mapping[str, str] = {
    "cut": "{rows} longer than {max_length} tokens: the end of the response, and with it the "
    "answer, would be cut",
    "prompt_fills": "{rows} with a prompt that fills {max_length} tokens alone",
    "no_loss": "{rows} without one token that carries loss",
    "dropped": "{rows} that the trainer drops, since no token that carries loss is left",
    "same_when_cut": "{rows} with two sides that are the same, at the latest when cut",
    "no_end": "{rows} without loss on an end token ({example}): the model would not learn to stop",
    "asks_with_loss": "{rows} with loss on part of the prompt ({example}), which the template "
    "renders anew once an answer follows",
    "lost": "{rows} learned without the end of the prompt that the model is shown before it "
    "answers ({example})",
    "merged": "{rows} with a token that holds the end of the prompt and the beginning of the "
    "response",
    "response_changed": "{rows} with an empty response, or one that the template changes or "
    "leaves out",
    "control_tokens": "{rows} with words that the tokenizer reads as control tokens ({example})",
}


@dataclass(frozen=True, slots=True)
class Lengths:
    """Numbers of tokens over rows: the sum, the least, the median, 95 %, the most."""

    total: int
    least: int
    median: int
    p95: int
    most: int

    @classmethod
    def of(cls, lengths: Sequence[int]) -> "Lengths":
        """The quantiles are lengths that occur (the inverse of the empirical distribution)."""
        if not lengths:
            return cls(0, 0, 0, 0, 0)
        ordered = sorted(lengths)
        return cls(
            total=sum(ordered),
            least=ordered[0],
            median=_quantile(ordered, 50),
            p95=_quantile(ordered, 95),
            most=ordered[-1],
        )

    def document(self) -> dict[str, int]:
        """As the run card and a release's manifest name them."""
        return {
            "total": self.total,
            "min": self.least,
            "median": self.median,
            "95 %": self.p95,
            "max": self.most,
        }


@dataclass(frozen=True, slots=True)
class Finding:
    """Rows of which one thing is true: how many, the first ones' names, what it is in the first."""

    count: int
    first: tuple[str, ...]
    example: str = ""


@dataclass(frozen=True, slots=True)
class RowCounts:
    """Tokens and findings over rows, in the trainer's own reading of them.

    `prompt` are tokens without loss and `response` those with it, before anything is cut; of a
    preference pair, both sides count. `trained`: tokens that carry loss after cutting and
    dropping. `notes`: what is no fault of a row, yet shapes what is learned.
    """

    rows: int
    max_length: int | None
    prompt: Lengths
    response: Lengths
    whole: Lengths
    trained: int
    findings: Mapping[str, Finding]
    notes: tuple[str, ...] = ()

    def count(self, finding: str) -> int:
        """How many rows: one of the keys of `SENTENCES`."""
        return self.findings[finding].count if finding in self.findings else 0

    def problems(self) -> list[str]:
        """A sentence for each finding, with its count and the first rows; none: train on."""
        if not self.rows:
            return ["There is no row."]
        return [self._sentence(name) for name in SENTENCES if self.count(name)]

    def document(self) -> dict[str, Any]:
        """As JSON, for the run card."""
        return {
            "rows": self.rows,
            "max_length": self.max_length,
            "prompt_tokens": self.prompt.document(),
            "response_tokens": self.response.document(),
            "row_tokens": self.whole.document(),
            "tokens_with_loss": self.trained,
            "findings": {name: self.count(name) for name in SENTENCES},
            "problems": self.problems(),
            "notes": list(self.notes),
        }

    def _sentence(self, name: str) -> str:
        found = self.findings[name]
        rows = "1 row" if found.count == 1 else f"{found.count:,} rows"
        said = SENTENCES[name].format(
            rows=rows, max_length=self.max_length, example=repr(found.example)
        )
        more = ", ..." if found.count > len(found.first) else ""
        return f"{said}: {', '.join(found.first)}{more}."


def count_rows(
    rows: Iterable[Mapping[str, Any]],
    tokenizer: Any,
    max_length: int | None,
    *,
    end_tokens: Collection[int] = (),
) -> RowCounts:
    """Counts rows of `sft`, `prm` (prompt, completion) or `preference` (prompt, chosen, rejected).

    `end_tokens`: ids that end the model's answer besides the tokenizer's own end token, such as
    those of its generation configuration. Raises RowError for rows of another form, for a
    tokenizer without a chat template, and for a row that the template refuses.
    """
    if not tokenizer.chat_template:
        raise RowError(
            "The tokenizer has no chat template: take one of an instruction-tuned model."
        )
    tally = _Tally(tokenizer, max_length, frozenset(end_tokens))
    for number, row in enumerate(rows, start=1):
        tally.add(row_name(row, number), row)
    return tally.counts()


def row_name(row: Mapping[str, Any], number: int) -> str:
    """By what a row is found again: its trace (and step), or its number where it names none."""
    trace = row.get("trace_id") or row.get("chosen_trace")
    if not trace:
        return f"row {number}"
    return f"{trace}, step {row['step']}" if "step" in row else str(trace)


@dataclass
class _Tally:
    """Counts while rows pass by."""

    tokenizer: Any
    max_length: int | None
    end_tokens: frozenset[int]
    rows: int = 0
    trained: int = 0
    prompts: list[int] = field(default_factory=list)
    responses: list[int] = field(default_factory=list)
    found: dict[str, Finding] = field(default_factory=dict)
    openings: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.control_tokens = control_tokens(self.tokenizer)
        own = self.tokenizer.eos_token_id
        self.end_tokens |= frozenset() if own is None else {own}

    def add(self, name: str, row: Mapping[str, Any]) -> None:
        sides = [row[side] for side in _sides(name, row)]
        rendered = self._rendered(name, row, sides)
        self.rows += 1
        self.prompts += [one.loss_from for one in rendered]
        self.responses += [len(one.response) for one in rendered]
        self.openings |= {one.opening for one in rendered if not one.lost and one.opening.strip()}
        findings = dict(self._findings(rendered))
        findings |= self._control_tokens([row["prompt"], *sides])
        if "dropped" not in findings:
            self.trained += sum(len(one.trained(self.max_length)) for one in rendered)
        for finding, example in findings.items():
            self._note(finding, name, example)

    def counts(self) -> RowCounts:
        wholes = [sum(pair) for pair in zip(self.prompts, self.responses, strict=True)]
        return RowCounts(
            rows=self.rows,
            max_length=self.max_length,
            prompt=Lengths.of(self.prompts),
            response=Lengths.of(self.responses),
            whole=Lengths.of(wholes),
            trained=self.trained,
            findings=self.found,
            notes=tuple(_notes(str(self.tokenizer.chat_template), self.openings)),
        )

    def _rendered(
        self, name: str, row: Mapping[str, Any], sides: Sequence[Messages]
    ) -> list[RenderedRow]:
        template = row.get("chat_template_kwargs") or {}
        try:
            return render(self.tokenizer, row["prompt"], sides, **template)
        except Exception as error:  # templates raise what they like
            raise RowError(f"{name}: the chat template refuses it ({error}).") from error

    def _findings(self, rendered: Sequence[RenderedRow]) -> Iterator[tuple[str, str]]:
        yield from self._cuts(rendered)
        for one in rendered:
            if one.asks_with_loss:
                yield "asks_with_loss", _short(one.opening)
            if one.lost:
                yield "lost", _short(one.lost)
            if one.merged:
                yield "merged", ""
            if not one.whole_response:
                yield "response_changed", ""

    def _cuts(self, rendered: Sequence[RenderedRow]) -> Iterator[tuple[str, str]]:
        limit = self.max_length
        kept = [one.trained(limit) for one in rendered]
        if limit is not None and any(len(one.tokens) > limit for one in rendered):
            yield "cut", ""
        if limit is not None and rendered[0].loss_from >= limit:
            yield "prompt_fills", ""
        if not all(one.response for one in rendered):
            yield "no_loss", ""
        if self._drops(rendered, kept):
            yield "dropped", ""
            return
        if len(kept) > 1 and kept[0] == kept[1]:
            yield "same_when_cut", ""
        if any(self.end_tokens.isdisjoint(tokens) for tokens in kept):
            yield "no_end", _short(self._ends())

    def _drops(self, rendered: Sequence[RenderedRow], kept: Sequence[Sequence[int]]) -> bool:
        """TRL drops a row without loss where it has a maximum length, and a pair by its prompt."""
        if self.max_length is None:
            return False
        if len(rendered) > 1:
            return rendered[0].loss_from >= self.max_length
        return not kept[0]

    def _control_tokens(self, parts: Iterable[Messages]) -> dict[str, str]:
        said = "\n".join(text for part in parts for text in texts(part))
        found = next((token for token in self.control_tokens if token in said), None)
        return {} if found is None else {"control_tokens": found}

    def _ends(self) -> str:
        return " ".join(self.tokenizer.convert_ids_to_tokens(sorted(self.end_tokens)))

    def _note(self, finding: str, name: str, example: str) -> None:
        known = self.found.get(finding, Finding(0, (), example))
        first = known.first if len(known.first) == NAMED_ROWS else (*known.first, name)
        self.found[finding] = Finding(known.count + 1, first, known.example)


def _sides(name: str, row: Mapping[str, Any]) -> tuple[str, ...]:
    """The columns that carry loss."""
    for sides in (("completion",), ("chosen", "rejected")):
        if all(isinstance(row.get(column), list | tuple) for column in ("prompt", *sides)):
            return sides
    if "messages" in row:
        raise RowError(
            f"{name}: rows of `messages` put the loss on the question too. Take the table sft."
        )
    raise RowError(
        f"{name}: a row has messages in prompt and completion, or in prompt, chosen and rejected."
    )


def _notes(template: str, openings: Iterable[str]) -> Iterator[str]:
    if "strftime_now" in template:
        yield "The chat template writes today's date: on another day the same rows are others."
    for opening in sorted(openings):
        yield f"The template opens responses with {_short(opening)!r}, and the loss is on it too."


def _quantile(ordered: Sequence[int], percent: int) -> int:
    """The smallest length that at least so many per cent of the lengths do not exceed."""
    return ordered[max(-(-len(ordered) * percent // 100), 1) - 1]


def _short(text: str) -> str:
    return text if len(text) <= EXAMPLE_LENGTH else f"{text[:EXAMPLE_LENGTH]} ..."
