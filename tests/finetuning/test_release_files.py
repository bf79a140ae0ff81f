"""What is read of a bundle, and which bundles are refused: only what was frozen is trained on."""

import json
import zipfile

import pytest

from pipeline.finetuning.refused import Refused
from pipeline.finetuning.release_files import open_release
from review.exports.bundle import write_bundle
from review.exports.tables import BUNDLE_VERSION
from tests.factories.release import facts, frozen


def written(folder, **changes):
    lines = [frozen(question=1, trace_id="t-1"), frozen(question=2, trace_id="t-2", split="test")]
    says = facts(**({"bundle_version": BUNDLE_VERSION} | changes))
    write_bundle(folder, lines=lines, alternatives=[], facts=says)
    return folder


@pytest.fixture
def folder(tmp_path):
    return written(tmp_path)


def zipped(folder, tmp_path_factory):
    path = tmp_path_factory.mktemp("zip") / "first.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in folder.rglob("*"):
            archive.write(file, f"first/{file.relative_to(folder)}")
    return path


def test_a_folder_and_its_zip_hold_the_same_rows(folder, tmp_path_factory):
    packed = open_release(zipped(folder, tmp_path_factory))
    plain = open_release(folder)
    assert packed.rows("sft", "train") == plain.rows("sft", "train")
    assert [row["trace_id"] for row in plain.rows("sft", "train")] == ["t-1"]
    assert plain.rows("sft", "validation") == []
    assert (packed.name, packed.sha256) == (plain.name, plain.sha256)


def test_a_file_that_was_changed_is_not_read(folder):
    path = folder / "data/sft/train.jsonl"
    path.write_bytes(path.read_bytes().replace(b"contraindicated", b"indicated"))
    with pytest.raises(Refused, match=r"data/sft/train\.jsonl is not as it was frozen"):
        open_release(folder).rows("sft", "train")


def test_a_file_that_is_missing_is_told(folder):
    (folder / "data/sft/train.jsonl").unlink()
    with pytest.raises(Refused, match="which its manifest lists"):
        open_release(folder).rows("sft", "train")


def test_a_table_that_the_release_lacks_is_refused_with_the_reason(folder):
    with pytest.raises(Refused, match="preference: no row of this release"):
        open_release(folder).rows("preference", "train")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"reasoner_kind": "demonstration"}, "written by demonstration rules"),
        ({"bundle_version": 2}, "whose rows have no splits"),
    ],
)
def test_a_release_that_is_no_training_data_is_refused(folder, changes, reason):
    manifest = json.loads((folder / "manifest.json").read_text()) | changes
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(Refused, match=reason):
        open_release(folder)


@pytest.mark.parametrize("content", [None, "[]", "{}", "no JSON"])
def test_what_is_no_bundle_is_refused(tmp_path, content):
    if content is not None:
        (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(Refused, match="release"):
        open_release(tmp_path)


def test_a_release_of_the_demonstration_has_no_rows_even_where_its_manifest_lies(tmp_path):
    folder = written(tmp_path, reasoner_kind="demonstration")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["reasoner_kind"] = "language_model"
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(Refused, match="demonstration rules"):
        open_release(folder).rows("sft", "train")
