"""Steps with labels: for stepwise supervision, and as a model that answers + or -."""

from collections.abc import Iterator

from pipeline.core.release_format import TraceLine
from review.exports.rows import TraceRow, trace_columns
from review.exports.training.conversation import ChatMessage, Messages, prompt_text


class StepwiseRow(TraceRow):
    """Steps of a CoT with the panel's labels, up to the first that is incorrect or unsettled."""

    basis: str
    prompt: str
    completions: tuple[str, ...]
    labels: tuple[bool, ...]


class PrmRow(TraceRow):
    """One labelled step: the conversation up to it, and `+` for correct or `-` for incorrect.

    A process reward model by plain supervised fine-tuning: each step is a turn of the user, the
    first together with the question, and the assistant answers with its label. Loss belongs on
    `completion`, which is the label of step `step` (from 1) alone.
    """

    basis: str
    step: int
    prompt: Messages
    completion: Messages


def stepwise_rows(line: TraceLine) -> Iterator[StepwiseRow]:
    """The labelled steps: correct is true; the first incorrect one is false and the last.

    A step that is unsupported, cannot be judged or is disagreed on ends the row without a label.
    """
    if line.consensus is None:
        return
    labels: list[bool] = []
    for label in line.consensus.step_labels:
        if label not in ("correct", "incorrect"):
            break
        labels.append(label == "correct")
        if label == "incorrect":
            break
    if labels:
        yield StepwiseRow(
            **trace_columns(line),
            basis=line.consensus.basis,
            prompt=prompt_text(line),
            completions=tuple(step.text for step in line.steps[: len(labels)]),
            labels=tuple(labels),
        )


def prm_rows(line: TraceLine) -> Iterator[PrmRow]:
    """A row for each labelled step, in the order of the steps."""
    for row in stepwise_rows(line):
        turns: list[ChatMessage] = []
        for number, (text, correct) in enumerate(
            zip(row.completions, row.labels, strict=True), start=1
        ):
            asked = text if turns else f"{row.prompt}\n\n{text}"
            turns.append(ChatMessage(role="user", content=asked))
            label = ChatMessage(role="assistant", content="+" if correct else "-")
            yield PrmRow(
                **trace_columns(line),
                basis=row.basis,
                step=number,
                prompt=tuple(turns),
                completion=(label,),
            )
            turns.append(label)
