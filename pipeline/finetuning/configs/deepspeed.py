"""DeepSpeed ZeRO-3 over several GPUs, for the other trainers; ours has `zero3.yaml`."""

import json

from .facts import Facts


def zero3(facts: Facts) -> str:
    """The file `deepspeed_zero3.json`. `auto`: what the trainer that reads it was told."""
    stage = {
        "stage": 3,
        "overlap_comm": True,
        "contiguous_gradients": True,
        "reduce_bucket_size": "auto",
        "stage3_prefetch_bucket_size": "auto",
        "stage3_param_persistence_threshold": "auto",
        # Else a checkpoint holds each GPU's part alone, and cannot be served.
        "stage3_gather_16bit_weights_on_model_save": True,
    }
    found = {
        "bf16": {"enabled": "auto"},
        "zero_optimization": stage,
        "gradient_accumulation_steps": "auto",
        "gradient_clipping": "auto",
        "train_batch_size": "auto",
        "train_micro_batch_size_per_gpu": "auto",
    }
    return json.dumps(found, indent=2) + "\n"
