"""One class for each way a stage of the method, a source file or a graph artefact fails.

A `Refusal` tells a person why what they asked for was not done.
A `StageFailure` ends one trace with its stage and reason; it never ends a batch.
A `SourceFileError` or `ArtefactError` ends a load, and nothing half-loaded remains.
"""

from typing import Any, ClassVar


class StageFailure(Exception):
    """A stage could not do its work for one question; `detail` says why in a sentence."""

    stage: ClassVar[str]
    reason: ClassVar[str]

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class NoMentionFound(StageFailure):
    """Extraction found no entity in the question text."""

    stage, reason = "extraction", "no_mention_found"


class QuestionNotMapped(StageFailure):
    """Mentions were found in the question, but none could be linked to a node."""

    stage, reason = "linking", "question_not_mapped"


class AnswerNotMapped(StageFailure):
    """The answer names no node: a number, a sentence, a term the graph does not know."""

    stage, reason = "linking", "answer_not_mapped"


class NoPathFound(StageFailure):
    """No question entity reaches an answer entity within the maximum length."""

    stage, reason = "search", "no_path"


class TooManyPaths(StageFailure):
    """A pair is joined by more shortest paths than can be counted."""

    stage, reason = "search", "too_many_paths"


class PrunedToNothing(StageFailure):
    """Pruning kept none of the paths found."""

    stage, reason = "pruning", "pruned_to_nothing"


class NoReasoningWritten(StageFailure):
    """Generation returned no step."""

    stage, reason = "generation", "no_reasoning_written"


class ReasonerFailure(StageFailure):
    """A model behind the reasoner failed; the act in which it happened is the stage.

    Subclasses carry the reason, the instance the stage, since any act may meet it. `text` is
    the raw answer where there was one; tokens are None where the endpoint told none.
    """

    def __init__(
        self,
        detail: str,
        *,
        stage: str,
        text: str = "",
        finish_reason: str = "",
        input_tokens: int | None = None,
        output_tokens: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.stage = stage  # type: ignore[misc]
        self.text, self.finish_reason = text, finish_reason
        self.input_tokens, self.output_tokens = input_tokens, output_tokens


class MalformedOutput(ReasonerFailure):
    """The answer did not match its schema, even after one repair turn."""

    reason = "malformed_output"


class PromptTruncated(ReasonerFailure):
    """The endpoint says that it read fewer tokens than the prompt can have; it was paid for."""

    reason = "prompt_truncated"


class TruncatedOutput(ReasonerFailure):
    """The answer was cut at the token limit."""

    reason = "truncated_output"


class Refused(ReasonerFailure):
    """The model declined to answer."""

    reason = "refused"


class OverBudget(ReasonerFailure):
    """The batch's budget could not cover the call."""

    reason = "over_budget"


class RequestRejected(ReasonerFailure):
    """The endpoint answered that this very call is not acceptable (400, 413, 422)."""

    reason = "request_rejected"


class ParameterRejected(RequestRejected):
    """The endpoint refuses a parameter that every call sends: it would refuse every other call.

    `parameter` is its name as chat completions know it, one of those that we send.
    """

    reason = "parameter_rejected"

    def __init__(self, detail: str, *, stage: str, parameter: str) -> None:
        super().__init__(detail, stage=stage)
        self.parameter = parameter


class EndpointUnavailable(ReasonerFailure):
    """The endpoint did not answer after all retries, or will not answer us at all.

    `retry_after` is the seconds the endpoint asks for; `maybe_charged` says that it may have
    worked, and will charge, for an answer that never arrived. `may_be_prompt` says that the
    cause may lie in this one prompt (a firewall's page, a crash over it): only another question,
    such as `pipeline.core.llm.canary.CANARY`, can tell. Otherwise it is certainly the endpoint's.
    `late`: the time limit ended before the answer came.
    """

    reason = "endpoint_unavailable"

    def __init__(
        self,
        detail: str,
        *,
        stage: str,
        retry_after: float | None = None,
        maybe_charged: bool = False,
        may_be_prompt: bool = False,
        late: bool = False,
        **answered: Any,
    ) -> None:
        super().__init__(detail, stage=stage, **answered)
        self.retry_after, self.maybe_charged = retry_after, maybe_charged
        self.may_be_prompt, self.late = may_be_prompt, late


class TransientFailure(EndpointUnavailable):
    """One attempt failed and a further one may succeed: whoever sends calls may try again."""


class NoAnswer(TransientFailure):
    """The endpoint answered with nothing: no choice, or an empty text though it had finished.

    Tried again, since most such answers pass; if it stays, it is this prompt's own failure.
    """

    reason = "no_answer"


class UnexpectedError(StageFailure):
    """A defect of this software, recorded so that the trace is not silently lost."""

    stage, reason = "unexpected", "unexpected_error"


class Refusal(ValueError):
    """What was asked is not done, and nothing is changed; str() is the sentence for the person.

    `field` names the part of the request that is refused, where it is one.
    """

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


class Conflict(Refusal):
    """Refused since something changed after the person looked: they look again, then decide."""


class InvalidConfiguration(Refusal):
    """A method configuration that contradicts itself; the message names the fields."""


class EndpointRefused(InvalidConfiguration):
    """An endpoint may not be asked: its host, its key, or the text's terms forbid the call."""


class SourceFileError(Refusal):
    """A source file cannot be used: file, line (from 1; 0 for the whole), reason."""

    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__(f"{file}, line {line}: {reason}" if line else f"{file}: {reason}")
        self.file, self.line, self.reason = file, line, reason


class ArtefactError(Refusal):
    """A graph artefact on disk is missing, corrupted, or of a foreign version."""


class DownloadFailed(Refusal):
    """A published file could not be fetched whole; the message says why and what to do."""


class SimilarityUnavailable(Refusal):
    """A similarity backend cannot be opened: its extra or its model is missing."""
