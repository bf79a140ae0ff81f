"""A configuration for axolotl (read with version 0.19.0)."""

from typing import Any

from .facts import Facts, heading, quoted, yaml

DIFFERENCES = (
    "Loss: on the words of the assistant's turn and its end token. What a template puts between "
    "the prompt and these words (Qwen 3's empty thought) and the line end after the end token "
    "carry none; in our own trainer they do. The end token is the tokenizer's own: where the "
    "template ends turns with another, name that under eot_tokens.",
    "A row that is too long stops the run (excess_length_strategy: raise). Without that line "
    "axolotl drops it, and says so only in its log.",
)


def text(facts: Facts) -> str:
    """The file `axolotl.yaml`."""
    start = "axolotl train axolotl.yaml, started in this folder."
    parts = [heading(facts, "axolotl 0.19", start, DIFFERENCES), yaml({"base_model": facts.base})]
    parts.append(_data_sets(facts))
    parts.append(yaml(_method(facts) | _steps(facts)))
    return "".join(parts)


def _data_sets(facts: Facts) -> str:
    found = f"datasets:\n{_data_set(facts.train_file)}"
    if facts.validation_file:
        return f"{found}test_datasets:\n{_data_set(facts.validation_file)}"
    return found


def _data_set(file: str) -> str:
    return (
        f"  - path: {quoted(file)}\n"
        "    ds_type: json\n"
        "    split: train  # of the file: JSON Lines have no other\n"
        "    type: chat_template\n"
        "    chat_template: tokenizer_default\n"
        "    field_messages: messages\n"
        "    roles_to_train: [assistant]\n"
        "    train_on_eos: turn\n"
    )


def _method(facts: Facts) -> dict[str, Any]:
    settings = facts.settings
    found: dict[str, Any] = {
        "train_on_inputs": False,
        "sequence_len": settings.max_length,
        "excess_length_strategy": "raise",
        "sample_packing": False,
    }
    if settings.lora_rank:
        found |= {
            "adapter": "lora",
            "lora_r": settings.lora_rank,
            "lora_alpha": settings.lora_alpha,
            "lora_dropout": settings.lora_dropout,
            "lora_target_linear": True,
        }
    if facts.devices > 1:
        found["deepspeed"] = "deepspeed_zero3.json"
    return found


def _steps(facts: Facts) -> dict[str, Any]:
    settings = facts.settings
    found: dict[str, Any] = {
        "num_epochs": settings.epochs,
        "micro_batch_size": settings.device_batch_size,
        "gradient_accumulation_steps": facts.accumulation,
        "optimizer": "adamw_torch",
        "learning_rate": settings.learning_rate,
        "lr_scheduler": settings.schedule,
        "warmup_ratio": settings.warmup_ratio,
        "weight_decay": settings.weight_decay,
        "max_grad_norm": settings.max_grad_norm,
        "bf16": facts.bfloat16,
        "gradient_checkpointing": settings.gradient_checkpointing,
        "seed": settings.seed,
        "logging_steps": 1,
        "save_steps": settings.save_every,
        "output_dir": "axolotl-out",
    }
    if facts.validation_file:
        found["eval_steps"] = settings.evaluate_every
    return found
