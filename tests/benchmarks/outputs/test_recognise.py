"""Files as people bring them: each is what it is, or is refused with a sentence that helps."""

import gzip
import io
import json
import zipfile

import pytest

from pipeline.benchmarks.outputs.reading import OutputsFile
from pipeline.benchmarks.outputs.records import INSPECT, LM_EVAL, PLAIN, SCRIPTS
from pipeline.core.datasets.source_file import ReadLimits
from pipeline.core.errors import Refusal, SourceFileError
from tests.benchmarks.outputs.made_up import LOGS, SMALL, opened, read

FORMATS = {
    "samples_ask_made_up_free_2026-11-30T16-08-25.630742.jsonl": LM_EVAL,
    "samples_likelihood.jsonl": LM_EVAL,
    "inspect_own_task.json": INSPECT,
    "made-up-8Beval_data_api_strict-prompt.json": SCRIPTS,
}
ROWS = [{"id": f"q-{n}", "output": f"Answer: {n}"} for n in range(3)]
LINES = "".join(json.dumps(row) + "\n" for row in ROWS)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("pack", [bytes, gzip.compress, lambda data: b"\xef\xbb\xbf" + data])
def test_content_says_the_format_whatever_the_name(name, pack):
    data = pack((LOGS / name).read_bytes())
    assert opened(data, "upload").facts.format == FORMATS[name]


@pytest.mark.parametrize(
    "data",
    [
        LINES.encode(),
        b"\xef\xbb\xbf" + LINES.encode(),
        LINES.encode("utf-16"),
        gzip.compress(LINES.encode()),
        json.dumps(ROWS).encode(),
        json.dumps(ROWS, indent=2).encode(),
    ],
    ids=["lines", "mark", "utf-16", "gzip", "array", "indented"],
)
def test_plain_rows_are_read_in_each_encoding_and_shape(data):
    file = opened(data)
    rows, rejected = read(file)
    assert (file.facts.format, rejected) == (PLAIN, [])
    assert [row.output for row in rows] == ["Answer: 0", "Answer: 1", "Answer: 2"]


def archive():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as packed:
        packed.writestr("header.json", "{}")
    return data.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (archive(), "inspect log convert"),
        (b'{"results": {"x": {"acc": 1}}, "configs": {}}', "samples_….jsonl"),
        (b'{"normal": [0.5, 12, 24, 11]}', "figures and no outputs"),
        (b'{"normal": [0.5, 12, 24, 11], "other": [1, 2, 2, 2]}', "figures and no outputs"),
        (b'{"id": 1, "text": "A"}\n', "no log that can be read here.*Its fields are: id, text"),
        (b'{"output": "A"}\n{"output": "B"}\n', "Its fields are: output"),
        (b"", "begins with neither|empty"),
        (b"\n\n", "begins with neither|empty"),
        (b"hello\n", "begins with neither"),
        (b'{"id": "1", "output": "A"', "not JSON"),
        (b'[{"id": "1", "output": "A"}, {"id"', "not JSON"),
        (b"\x1f\x8b\x08 no gzip", "cannot be read"),
        (b"PAR1 no parquet", "Parquet|parquet"),
        (b"\xff\xfeI\xd8", "UTF-16"),
    ],
)
def test_other_files_are_refused_with_what_they_seem_to_be(data, reason):
    with pytest.raises(SourceFileError, match=reason):
        read(opened(data))


def test_a_format_that_is_stated_is_taken_and_an_unknown_one_refused():
    rows, rejected = read(opened(ROWS, stated=LM_EVAL))
    assert (rows, len(rejected)) == ([], 3)
    with pytest.raises(Refusal, match="no format 'csv'"):
        opened(ROWS, stated="csv")


def test_a_line_cut_off_at_the_end_is_told():
    rows, rejected = read(opened(LINES + '{"id": "q-9", "outp'))
    assert len(rows) == 3
    assert [line for line, _ in rejected] == [4]


def test_a_field_named_twice_is_told_and_nan_is_absent():
    rows, rejected = read(
        opened('{"id": "a", "output": "A", "output": "B"}\n{"id": "b", "output": NaN}\n')
    )
    assert [row.output for row in rows] == [""]
    assert "same field twice" in rejected[0][1]


def test_deep_nesting_is_told():
    deep = '{"id": "a", "output": "A", "x": ' + "[" * 100_000 + "]" * 100_000 + "}\n"
    rows, rejected = read(opened(LINES + deep))
    assert len(rows) == 3
    assert "nested too deeply" in rejected[0][1]


def test_limits_of_a_line_of_a_file_and_of_what_may_be_unusable():
    long = json.dumps({"id": "a", "output": "A" * 3000})
    rows, rejected = read(opened(f"{LINES}{long}\n", limits=SMALL))
    assert len(rows) == 3
    assert "longer than 2,000 bytes" in rejected[0][1]
    with pytest.raises(SourceFileError, match="larger than the limit"):
        read(opened(LINES * 500, limits=SMALL))
    with pytest.raises(SourceFileError, match="More than 3 lines are unusable"):
        read(opened(LINES + '{"id": "a"}\n' * 4, limits=SMALL))


def test_a_packed_file_may_not_swell_beyond_the_limit():
    with pytest.raises(SourceFileError, match="larger than the limit"):
        read(opened(gzip.compress(LINES.encode() * 500), limits=SMALL))


def test_an_inspect_sample_may_not_be_longer_than_a_record():
    log = json.loads((LOGS / "inspect_own_task.json").read_text())
    log["samples"][0]["store"] = {"text": "A" * 300_000}
    with pytest.raises(SourceFileError, match=r"line 1: .* longer than the limit"):
        read(opened(json.dumps(log), limits=ReadLimits(record=2000)))


def test_a_file_is_read_from_its_beginning_again():
    stream = io.BytesIO(LINES.encode())
    file = OutputsFile(stream, "x.jsonl")
    assert len(list(file.rows())) == len(list(file.rows())) == 3
