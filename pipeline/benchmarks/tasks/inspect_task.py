"""A task for Inspect: `generate()` with our prompt and no scorer.

Inspect's `multiple_choice` solver brings a prompt of its own and takes the last letter that it
finds, so it is not used: the log holds what the model wrote, and extraction happens here.
"""

from collections.abc import Mapping

from pipeline.benchmarks.tasks.rows import TaskBenchmark, TaskSettings, notice, task_name, task_rows

_FILE = '''"""Asks the questions of a benchmark and records what the model writes.

{command}
"""

import json
from pathlib import Path

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import GenerateConfig
from inspect_ai.solver import generate

# What whoever runs this has to know.
NOTICE = (
{notice}
)
ROWS = Path(__file__).with_name({rows!r})
KEPT = ("question", "context", "options", "prompt_version", "benchmark_sha256")


def samples():
    """A sample a row, under the id that the question has at its source."""
    for line in ROWS.read_text(encoding="ascii").splitlines():
        row = json.loads(line)
        yield Sample(
            id=row["id"],
            input=row["prompt"],
            target=row["answer_idx"],
            metadata={{name: row[name] for name in KEPT}},
        )


@task
def {name}():
    """The questions one after the other, without a scorer."""
    return Task(
        dataset=MemoryDataset(list(samples()), name={benchmark!r}),
        solver=generate(),
        config=GenerateConfig(max_tokens={tokens}, temperature={temperature}),
        metadata={{"benchmark_sha256": {sha256!r}, "notice": list(NOTICE)}},
    )
'''


def inspect_task(benchmark: TaskBenchmark, settings: TaskSettings) -> Mapping[str, str]:
    """The task's files by name: a file of Python and its rows."""
    name = task_name(benchmark, settings)
    text = _FILE.format(
        command=inspect_command(name),
        notice="\n".join(f"    {sentence!r}," for sentence in notice(benchmark, settings)),
        rows=f"{name}.jsonl",
        name=name,
        benchmark=benchmark.name,
        tokens=settings.max_output_tokens,
        temperature=float(settings.temperature),
        sha256=benchmark.sha256,
    )
    return {f"{name}.py": text, f"{name}.jsonl": task_rows(benchmark, settings)}


def inspect_command(name: str) -> str:
    """How the task is run on a server with OpenAI's chat completions API."""
    return (
        f"inspect eval {name}.py --model openai-api/local/MODEL "
        "--model-base-url http://127.0.0.1:8000/v1 -M api_key=none --log-format json"
    )
