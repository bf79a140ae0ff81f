"""What is done while TRL's trainer runs: epochs begun, checkpoints marked, steps timed and told."""

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from accelerate import PartialState
from transformers import TrainerCallback

from ..refused import Refused
from .checkpoints import mark_complete
from .order import RowOrder

STEP_SECONDS = "step_seconds"


class Watch(TrainerCallback):  # type: ignore[misc]
    """Begins each epoch's order, marks checkpoints, stops at a loss that is no number.

    The seconds of a step are written into the trainer's own log, which its checkpoints hold, so
    that a run that goes on after a kill knows those of the steps before. `say` takes a line.
    """

    def __init__(self, order: RowOrder, *, evaluates: bool, say: Callable[[str], None]) -> None:
        self._order, self._evaluates, self._say = order, evaluates, say
        self._began, self._seconds = 0.0, 0.0

    def on_epoch_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._order.begin(math.floor((state.epoch or 0) + 1e-6))

    def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._began = time.perf_counter()

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
        self._seconds = time.perf_counter() - self._began
        if state.global_step >= state.max_steps:
            control.should_evaluate = self._evaluates
        return control

    def on_log(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        logged = state.log_history[-1]
        losses = {name: logged[name] for name in ("loss", "eval_loss") if name in logged}
        for name, loss in losses.items():
            if not math.isfinite(loss):
                raise Refused(
                    f"{name} is {loss} after step {state.global_step}: training stopped. A lower "
                    "learning rate, or float32, may help."
                )
        if "loss" in losses:
            logged[STEP_SECONDS] = round(self._seconds, 4)
        if losses and state.is_world_process_zero:
            self._say(_told(logged, state.max_steps))

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        PartialState().wait_for_everyone()
        if state.is_world_process_zero:
            mark_complete(Path(args.output_dir) / f"checkpoint-{state.global_step}")


def _told(logged: dict[str, Any], steps: int) -> str:
    if "eval_loss" in logged:
        return f"step {logged['step']} of {steps}: held-out loss {logged['eval_loss']:.4f}"
    return f"step {logged['step']} of {steps}: loss {logged['loss']:.4f}"
