"""A configuration for ms-swift (read with version 4.6.0)."""

from typing import Any

from .facts import Facts, heading, yaml

DIFFERENCES = (
    "Template: ms-swift's own for the kind of model, not the tokenizer's; it warns where it does "
    "not know the model, and then wants model_type and template.",
    "Loss: on the last answer (loss_scale: last_round) with its end, as in our own trainer; an "
    "empty thought that it adds for a model that can think carries none.",
    "A row that is too long stops the run (strict: true). Without that line ms-swift deletes it "
    "(truncation_strategy: delete is its default), and says so only in its log.",
)


def text(facts: Facts) -> str:
    """The file `ms_swift.yaml`."""
    several = f"NPROC_PER_NODE={facts.devices} " if facts.devices > 1 else ""
    start = f"{several}swift sft ms_swift.yaml, started in this folder."
    pairs = _method(facts) | _data(facts) | _steps(facts)
    return heading(facts, "ms-swift 4.6", start, DIFFERENCES) + yaml(pairs)


def _method(facts: Facts) -> dict[str, Any]:
    settings = facts.settings
    found: dict[str, Any] = {
        "model": facts.base,
        "use_hf": True,
        "tuner_type": "lora" if settings.lora_rank else "full",
    }
    if settings.lora_rank:
        found |= {
            "lora_rank": settings.lora_rank,
            "lora_alpha": settings.lora_alpha,
            "lora_dropout": settings.lora_dropout,
            "target_modules": ["all-linear"],
        }
    if facts.devices > 1:
        found["deepspeed"] = "deepspeed_zero3.json"
    return found


def _data(facts: Facts) -> dict[str, Any]:
    held_out = {"val_dataset": [facts.validation_file]} if facts.validation_file else {}
    return {
        "dataset": [facts.train_file],
        **held_out,
        "split_dataset_ratio": 0,
        "max_length": facts.settings.max_length,
        "truncation_strategy": "delete",
        "strict": True,
        "lazy_tokenize": False,
        "loss_scale": "last_round",
        "packing": False,
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
        "torch_dtype": "bfloat16" if facts.bfloat16 else "float32",
        "gradient_checkpointing": settings.gradient_checkpointing,
        "seed": settings.seed,
        "data_seed": settings.seed,
        "logging_steps": 1,
        "save_steps": settings.save_every,
        "output_dir": "ms-swift-out",
        "add_version": False,
    }
    if facts.validation_file:
        found |= {"eval_strategy": "steps", "eval_steps": settings.evaluate_every}
    return found
