"""A run that is killed and asked for again ends with the very weights of one that was not."""

import hashlib
import json
import os
import signal
import subprocess
import sys

import pytest

from pipeline.finetuning.refused import Refused

pytestmark = [pytest.mark.requires("train"), pytest.mark.long]

# Kills its own process, as the kernel does, once it is told of step 11: within the third epoch,
# one step after the last checkpoint.
_CHILD = """
import json, os, signal, sys
from pathlib import Path
import torch
from pipeline.finetuning.settings import chosen_settings
from pipeline.finetuning.training.run import Request, finetune

torch.set_num_threads(1)
release, base, out, changes = sys.argv[1:]

def say(line):
    if line.startswith("step 11 "):
        os.kill(os.getpid(), signal.SIGKILL)

settings = chosen_settings("sft", "small", json.loads(changes))
finetune(Request(Path(release), base, Path(out), settings), say)
"""


def test_the_same_weights_and_the_same_curve(finetune, bundle, tiny_base, tmp_path, root, short):
    changes = short | {"max_steps": 12, "lora_rank": 4, "lora_dropout": 0.1}
    out = tmp_path / "killed"
    child = subprocess.run(
        [sys.executable, "-c", _CHILD, str(bundle), str(tiny_base), str(out), json.dumps(changes)],
        cwd=root,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        check=False,
    )
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()[-2000:]
    assert not (out / "adapter").exists()
    with pytest.raises(Refused, match=r"begun otherwise \(learning_rate\)"):
        finetune("killed", **changes | {"learning_rate": 1e-4})
    (out / "checkpoints/checkpoint-12").mkdir()  # as one that was killed while it was written
    said = finetune("killed", **changes)
    assert "Going on after step 10." in said
    assert not [line for line in said if line.startswith("step 10 of 12: loss")]
    finetune("whole", **changes)
    assert weights(out) == weights(tmp_path / "whole")
    assert curve(out) == curve(tmp_path / "whole")
    with pytest.raises(Refused, match="holds a finished run"):
        finetune("killed", **changes)


def weights(out) -> str:
    content = (out / "adapter/adapter_model.safetensors").read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    assert json.loads((out / "run_card.json").read_text())["weights_sha256"] == digest
    return digest


def curve(out):
    measured = json.loads((out / "run_card.json").read_text())["curve"]
    assert len(measured) == 13
    assert all("seconds" in entry for entry in measured[1:])
    return [
        {name: value for name, value in entry.items() if name != "seconds"} for entry in measured
    ]
