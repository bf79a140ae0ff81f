"""One request an act: the rendered prompt, what its answer must be, and where it comes from.

All that strangers wrote goes into the fenced data; nothing but numbers and yes-or-no reaches a
template's own text.
"""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from pipeline.core.config import ModelConfig
from pipeline.core.cot import numbered_edges
from pipeline.core.llm.base import Message, Request
from pipeline.core.prompts import load_prompt
from pipeline.core.prompts.fencing import render_turns
from pipeline.core.reasoners.language_model import answers, prompt_data
from pipeline.core.records import OpenMention, Path, Question, Step

# What versions of prompts before confidence, statuses and standard names are called.
FIRST = "v1"
# The stage of the trace to which an act's calls, and its failures, belong.
STAGES = {
    "extract": "extraction",
    "select": "linking",
    "prune": "pruning",
    "generate": "generation",
    "answer": "filtering",
    "judge": "filtering",
    "check_steps": "filtering",
    "compare": "filtering",
}


def extract_request(question: Question, config: ModelConfig, *, sample_index: int = 0) -> Request:
    """Entities of the question, of its answer key and of its explanation, apart."""
    data = {"answer": question.answer_text, "question": question.text}
    if question.long_answer:
        data["explanation"] = question.long_answer
    answer_type = answers.ExplainedEntities if question.long_answer else answers.Entities
    return _request(
        "extract",
        config,
        sample_index,
        answers.FirstEntities if config.version_of("extract") == FIRST else answer_type,
        data,
        has_explanation=bool(question.long_answer),
        most=answers.MAX_QUESTION_ENTITIES,
        most_answer=answers.MAX_ANSWER_ENTITIES,
    )


def select_request(
    question: Question,
    open_mentions: Sequence[OpenMention],
    config: ModelConfig,
    *,
    sample_index: int = 0,
) -> Request:
    """For every open mention one of its candidates, or none; all in one call."""
    mentions = [
        prompt_data.mention_data(at, open_mention) for at, open_mention in enumerate(open_mentions)
    ]
    data = {
        "question": question.text,
        "answer": prompt_data.answer_key(question),
        "mentions": mentions,
    }
    answer_type = answers.selection_type(open_mentions)
    return _request("select", config, sample_index, answer_type, data)


def prune_request(
    question: Question,
    paths: Sequence[Path],
    keep: int,
    config: ModelConfig,
    *,
    sample_index: int = 0,
) -> Request:
    """At most `keep` of the paths, by number, best first."""
    data = {
        "question": question.text,
        "answer": prompt_data.answer_key(question),
        "paths": prompt_data.chains(paths),
    }
    answer_type = answers.pruning_type(len(paths), keep)
    return _request("prune", config, sample_index, answer_type, data, keep=keep)


def generate_request(
    question: Question,
    paths: Sequence[Path],
    config: ModelConfig,
    *,
    reaches_answer: bool = True,
    sample_index: int = 0,
) -> Request:
    """A chain of thought whose steps name the numbers of the edges they rest on."""
    data = {**prompt_data.question_data(question), "answer": prompt_data.answer_key(question)}
    if question.context:
        data["context"] = question.context
    data |= prompt_data.edges_and_paths(paths)
    if not reaches_answer:
        data["reaches"] = "explanation"
    answer_type = answers.reasoning_type(len(numbered_edges(paths)))
    return _request(
        "generate",
        config,
        sample_index,
        answer_type,
        data,
        has_options=bool(question.options),
        has_stances=question.asks_for_stance,
        reaches_answer=reaches_answer,
    )


def answer_request(
    question: Question, masked_reasoning: str | None, config: ModelConfig, *, sample_index: int = 0
) -> Request:
    """Where masked reasoning leads; the answer key is not among what the second reader sees."""
    data = prompt_data.question_data(question)
    if masked_reasoning is not None:
        data["reasoning"] = masked_reasoning
    options = question.options
    if config.version_of("answer") == FIRST:
        answer_type = answers.first_option_type(options) if options else answers.FirstFreeAnswer
    else:
        answer_type = answers.option_type(options) if options else answers.FreeAnswer
    return _request(
        "answer",
        config,
        sample_index,
        answer_type,
        data,
        has_options=bool(options),
        has_stances=question.asks_for_stance,
        has_reasoning=masked_reasoning is not None,
    )


def judge_request(
    question: Question, answer: str, config: ModelConfig, *, sample_index: int = 0
) -> Request:
    """Whether a free-text answer means the same as the answer key."""
    data = {"question": question.text, "expected": question.answer_text, "given": answer}
    return _request("judge", config, sample_index, answers.Comparison, data)


def check_steps_request(
    question: Question,
    steps: Sequence[Step],
    paths: Sequence[Path],
    config: ModelConfig,
    *,
    sample_index: int = 0,
) -> Request:
    """Whether the facts that each step cites say what the step says; all in one call."""
    data = {"question": question.text, "steps": prompt_data.steps_with_facts(steps, paths)}
    return _request("check_steps", config, sample_index, answers.step_checks_type(steps), data)


def compare_request(
    question: Question, first: str, second: str, config: ModelConfig, *, sample_index: int = 0
) -> Request:
    """Which of two masked chains is the better supported by its facts and the case."""
    data = {**prompt_data.question_data(question), "first": first, "second": second}
    return _request("compare", config, sample_index, answers.Better, data)


def _request(
    prompt: str,
    config: ModelConfig,
    sample_index: int,
    answer_type: type[BaseModel],
    data: Mapping[str, object],
    **variables: object,
) -> Request:
    version = config.version_of(prompt)
    template = load_prompt(prompt, version)
    # An earlier version may ask for less than the present one.
    asked = {name: value for name, value in variables.items() if name in template.variables}
    turns = render_turns(template, data, **asked)
    return Request(
        stage=STAGES[prompt],
        prompt_name=prompt,
        prompt_version=version,
        messages=tuple(Message(role, text) for role, text in turns),
        answer_type=answer_type,
        max_output_tokens=config.max_output_tokens,
        temperature=config.temperature,
        sample_index=sample_index,
        service_tier=config.service_tier,
    )
