"""A task for lm-evaluation-harness: text is generated and logged, nothing is filtered or scored.

Format: the harness' docs/task_guide.md. JSON is YAML, so values are written as JSON.
"""

import json
from collections.abc import Mapping

from pipeline.benchmarks.tasks.rows import TaskBenchmark, TaskSettings, notice, task_name, task_rows


def lm_eval_task(benchmark: TaskBenchmark, settings: TaskSettings) -> Mapping[str, str]:
    """The task's files by name: its YAML and its rows.

    `doc_to_text` is the row's prompt as it is. The metric `bypass` computes nothing (the harness
    prints 999 for it); what counts is the file that `--log_samples` writes.
    """
    name = task_name(benchmark, settings)
    greedy = settings.temperature == 0
    config: dict[str, object] = {
        "task": name,
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {"test": f"{name}.jsonl"}},
        "test_split": "test",
        "output_type": "generate_until",
        "num_fewshot": 0,
        "doc_to_text": "{{prompt}}",
        "doc_to_target": "{{answer_idx}}",
        "target_delimiter": "",
        "generation_kwargs": {
            "until": [],
            "do_sample": not greedy,
            "temperature": settings.temperature,
            "max_gen_toks": settings.max_output_tokens,
        },
        "metric_list": [{"metric": "bypass"}],
        "metadata": {
            "version": 1.0,
            "benchmark": benchmark.name,
            "benchmark_sha256": benchmark.sha256,
            "prompt_version": settings.prompt_version,
            "licence": benchmark.licence or "not stated",
        },
    }
    lines = [f"# {sentence}" for sentence in notice(benchmark, settings)]
    lines += ["#", "# Run it in this folder:", f"# {lm_eval_command(name)}"]
    lines += [f"{key}: {json.dumps(value)}" for key, value in config.items()]
    return {
        f"{name}.yaml": "\n".join(lines) + "\n",
        f"{name}.jsonl": task_rows(benchmark, settings),
    }


def lm_eval_command(name: str) -> str:
    """How the task is run on a server with OpenAI's chat completions API."""
    return (
        "lm_eval run --model local-chat-completions --apply_chat_template --model_args "
        "base_url=http://127.0.0.1:8000/v1/chat/completions,model=MODEL "
        f"--include_path . --tasks {name} --log_samples --output_path results"
    )
