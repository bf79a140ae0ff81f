"""A configuration for LLaMA-Factory, and its list of data sets (read with version 0.9.5)."""

import json
from typing import Any

from .facts import Facts, heading, yaml

NAME = "medreason"
HELD_OUT = "medreason_validation"
DIFFERENCES = (
    "Template: left out here, it is read from the tokenizer, which is right for one question and "
    "one answer, as in this file. In conversations of several turns the beginning and the system "
    "message would come again with each question, and for templates that open a thought in the "
    "prompt (models distilled from DeepSeek R1) it stops with an error: name the model's own "
    "template then (template: deepseekr1). Its own templates are not always the tokenizer's: "
    "llama3 leaves out the system message that Llama 3.1's has.",
    "Loss: on all that the template writes after the prompt, as in our own trainer.",
    "A row that is too long is cut without a word, question and answer alike (cutoff_len): count "
    "first, and raise cutoff_len until no row is cut.",
)


def text(facts: Facts) -> str:
    """The file `llama_factory.yaml`."""
    start = "llamafactory-cli train llama_factory.yaml, started in this folder."
    pairs = _method(facts) | _data(facts) | _steps(facts)
    return heading(facts, "LLaMA-Factory 0.9", start, DIFFERENCES) + yaml(pairs)


def data_sets(facts: Facts) -> str:
    """The file `dataset_info.json`, which names the files of the release."""
    files = {NAME: facts.train_file, HELD_OUT: facts.validation_file}
    found = {
        name: {
            "file_name": file,
            "formatting": "sharegpt",
            "columns": {"messages": "messages"},
            "tags": {
                "role_tag": "role",
                "content_tag": "content",
                "user_tag": "user",
                "assistant_tag": "assistant",
                "system_tag": "system",
            },
        }
        for name, file in files.items()
        if file
    }
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _method(facts: Facts) -> dict[str, Any]:
    settings = facts.settings
    found: dict[str, Any] = {
        "model_name_or_path": facts.base,
        "stage": "sft",
        "do_train": True,
        "finetuning_type": "lora" if settings.lora_rank else "full",
    }
    if settings.lora_rank:
        found |= {
            "lora_rank": settings.lora_rank,
            "lora_alpha": settings.lora_alpha,
            "lora_dropout": settings.lora_dropout,
            "lora_target": "all",
        }
    if facts.devices > 1:
        found["deepspeed"] = "deepspeed_zero3.json"
    return found


def _data(facts: Facts) -> dict[str, Any]:
    held_out = {"eval_dataset": HELD_OUT} if facts.validation_file else {}
    return {
        "dataset_dir": ".",
        "dataset": NAME,
        **held_out,
        "cutoff_len": facts.settings.max_length,
        "train_on_prompt": False,
        "packing": False,
        "overwrite_cache": True,
    }


def _steps(facts: Facts) -> dict[str, Any]:
    settings = facts.settings
    found: dict[str, Any] = {
        "num_train_epochs": settings.epochs,
        "per_device_train_batch_size": settings.device_batch_size,
        "gradient_accumulation_steps": facts.accumulation,
        "learning_rate": settings.learning_rate,
        "lr_scheduler_type": settings.schedule,
        "warmup_ratio": settings.warmup_ratio,
        "weight_decay": settings.weight_decay,
        "max_grad_norm": settings.max_grad_norm,
        "bf16": facts.bfloat16,
        "disable_gradient_checkpointing": not settings.gradient_checkpointing,
        "seed": settings.seed,
        "logging_steps": 1,
        "save_steps": settings.save_every,
        "report_to": "none",
        "output_dir": "llama-factory-out",
    }
    if facts.validation_file:
        found |= {"eval_strategy": "steps", "eval_steps": settings.evaluate_every}
    return found
