"""A run goes on from what was written to its end, never from half a checkpoint."""

from pathlib import Path

from pipeline.finetuning.training.checkpoints import (
    last_complete,
    mark_complete,
    remove_incomplete,
    step_of,
)


def checkpoint(folder: Path, step: int, *, marked: bool = True) -> Path:
    made = folder / f"checkpoint-{step}"
    made.mkdir()
    (made / "model.safetensors").write_bytes(b"weights")
    (made / "trainer_state.json").write_text("{}")
    if marked:
        mark_complete(made)
    return made


def test_the_latest_complete_one_counts_by_its_step_not_by_its_name(tmp_path):
    checkpoint(tmp_path, 8)
    latest = checkpoint(tmp_path, 10)
    checkpoint(tmp_path, 12, marked=False)
    assert last_complete(tmp_path) == latest
    assert step_of(latest) == 10


def test_one_with_a_file_cut_short_or_gone_does_not_count(tmp_path):
    first = checkpoint(tmp_path, 2)
    (checkpoint(tmp_path, 4) / "model.safetensors").write_bytes(b"wei")
    (checkpoint(tmp_path, 6) / "trainer_state.json").unlink()
    assert last_complete(tmp_path) == first


def test_what_is_incomplete_is_removed_before_the_run_goes_on(tmp_path):
    kept = checkpoint(tmp_path, 2)
    checkpoint(tmp_path, 4, marked=False)
    remove_incomplete(tmp_path)
    assert list(tmp_path.iterdir()) == [kept]


def test_a_new_run_has_none(tmp_path):
    assert last_complete(tmp_path / "nowhere") is None
