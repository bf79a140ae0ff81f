"""Task files of a loaded benchmark, for programs that ask models elsewhere."""

from collections.abc import Mapping
from pathlib import Path

from pipeline import store
from pipeline.benchmarks.tasks.inspect_task import inspect_task
from pipeline.benchmarks.tasks.lm_eval_task import lm_eval_task
from pipeline.benchmarks.tasks.rows import TaskBenchmark, TaskSettings
from pipeline.core.errors import Refusal
from pipeline.models import QuestionSet

PROGRAMS = {"lm-eval": lm_eval_task, "inspect": inspect_task}


def task_files(
    questions: QuestionSet, settings: TaskSettings, programs: tuple[str, ...]
) -> Mapping[str, str]:
    """The text of each file by its name, for these programs of PROGRAMS.

    Raises Refusal for a set that is no benchmark, or of which no question has options.
    """
    if not questions.is_benchmark:
        raise Refusal(f"The question set {questions} is not marked as a benchmark.")
    benchmark = TaskBenchmark(
        questions.name,
        [store.question_record(row) for row in questions.questions.select_related("question_set")],
        questions.licence,
        _where(questions),
    )
    if not benchmark.asked:
        raise Refusal(f"No question of {questions} has options: there is nothing to choose from.")
    return {n: t for name in programs for n, t in PROGRAMS[name](benchmark, settings).items()}


def _where(questions: QuestionSet) -> str:
    """Where the text may go, as its terms have it."""
    if questions.text_may_go == QuestionSet.TextMayGo.LISTED_ENDPOINTS and questions.destinations:
        return "this machine, " + ", ".join(questions.destinations)
    return "nowhere: it stays on this machine"


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files into a folder, made if it is missing.

    Raises Refusal before anything is written where one is there already with another content.
    """
    differing = [
        name
        for name, text in files.items()
        if (folder / name).exists() and (folder / name).read_text("utf-8") != text
    ]
    if differing:
        raise Refusal(f"{folder / differing[0]} is there already, with another content.")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
