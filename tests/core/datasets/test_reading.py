"""Files of every format become questions and numbered reasons; a bad line stops nothing."""

import gzip
import io
import json
from pathlib import Path

import pytest

from pipeline.core.datasets.base import LoadedQuestion, RejectedLine, read_questions
from pipeline.core.datasets.registry import get_adapter
from pipeline.core.errors import SourceFileError

MEDQA_TEST = Path(__file__).parents[3].parent / "shared" / "data" / "qa" / "medqa_test.jsonl.gz"


def house(number: int, **changes: object) -> dict[str, object]:
    record: dict[str, object] = {
        "id": f"q{number}",
        "question": f"Question {number}?",
        "options": {"A": "Löffler", "B": "Crohn"},
        "answer_idx": "B",
        "answer": "Crohn",
    }
    return record | changes


def lines(*records: object) -> bytes:
    return "\n".join(json.dumps(r, ensure_ascii=False) for r in records).encode()


def read(content: bytes, name: str = "a.jsonl", source: str = "house"):
    return list(read_questions(io.BytesIO(content), name, get_adapter(source)))


def summary(outcomes) -> list[tuple[int, str]]:
    return [
        (o.line, o.question.id_in_source if isinstance(o, LoadedQuestion) else "rejected")
        for o in outcomes
    ]


def test_a_bad_line_is_numbered_and_stops_nothing():
    content = lines(house(1), house(2, answer_idx="C"), house(3))
    assert summary(read(content)) == [(1, "q1"), (2, "rejected"), (3, "q3")]


@pytest.mark.parametrize(
    ("bad", "part"),
    [
        (b"{", "not JSON"),
        (b"[1]", "not a JSON object"),
        (b'{"id": "q9", "id": "q8"}', "same field twice"),
        (b'{"id": -Infinity}', "-Infinity"),
        (b"{} {}", "goes on"),
        (b"\xff{}", "not UTF-8"),
        (b'{"id": "\x00"}', "not JSON"),
        (b'{"id": ' + b"1" * 5000 + b"}", "too long"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b"[" * 900_000, "nested too deeply"),
    ],
)
def test_a_line_that_is_no_record(bad, part):
    outcomes = read(lines(house(1)) + b"\n" + bad + b"\n" + lines(house(3)))
    assert summary(outcomes) == [(1, "q1"), (2, "rejected"), (3, "q3")]
    assert part in outcomes[1].reason


def test_blank_lines_byte_order_mark_and_windows_line_ends_are_no_matter():
    content = b"\xef\xbb\xbf" + lines(house(1)) + b"\r\n\r\n" + lines(house(2)) + b"\r\n"
    assert summary(read(content)) == [(1, "q1"), (3, "q2")]


def test_positions_are_line_numbers_from_nought_where_a_source_has_no_ids():
    record = house(0, options={"A": "w", "B": "Crohn", "C": "y", "D": "z"})
    content = lines(record) + b"\nbad\n" + lines(record)
    assert summary(read(content, source="medqa")) == [(1, "0"), (2, "rejected"), (3, "2")]


def test_an_id_met_again_is_rejected_with_the_first_line():
    outcomes = read(lines(house(1), house(2), house(1, question="Another?")))
    assert outcomes[2] == RejectedLine(3, "The id 'q1' already stands on line 1.")


@pytest.mark.parametrize("name", ["a.json", "A.JSON", "my.set.v2.json"])
def test_a_json_array(name):
    content = json.dumps([house(1), 12, house(3)], indent=2).encode()
    assert summary(read(content, name)) == [(1, "q1"), (2, "rejected"), (3, "q3")]
    assert read(b" [ ] ", name) == []


def test_a_json_file_with_one_object_a_line():
    assert summary(read(lines(house(1), house(2)), "dev.json")) == [(1, "q1"), (2, "q2")]


def pubmedqa(question: str) -> dict[str, object]:
    return {
        "QUESTION": question,
        "CONTEXTS": ["One."],
        "LABELS": ["AIM"],
        "LONG_ANSWER": "So it is.",
        "final_decision": "no",
    }


def test_pubmedqa_keyed_by_id():
    content = json.dumps({"111": pubmedqa("A?"), "222": 5, "333": pubmedqa("C?")}).encode()
    outcomes = read(content, "ori_pqal.json", "pubmedqa")
    assert summary(outcomes) == [(1, "111"), (2, "rejected"), (3, "333")]


def test_a_document_larger_than_one_chunk_is_read_whole():
    content = json.dumps([house(i, context="ö" * (i % 90) * 1000) for i in range(95)]).encode()
    assert [o.question.id_in_source for o in read(content, "a.json")] == [
        f"q{i}" for i in range(95)
    ]


def test_a_number_on_the_border_of_two_chunks_stays_one():
    assert len(read(json.dumps([1234567] * 20_000).encode(), "a.json")) == 20_000


CSV = (
    b"link,question,opa,opb,opc,opd,answer_idx,answer,explanation\r\n"
    b'x,"First, with\ntwo lines and ""quotes""",w,x,y,z,D,z,Because,,,,\r\n'
    b"x,Second,w,x,y,z,A,x,Because\r\n"
    b"x,Third,w,x,y\r\n"
    b"x,Fourth,w,x,y,z,A,w,Because,more\r\n"
    b"x,Fifth,w,x,y,z,A,w,Because\r\n"
)


def test_csv_rows_are_numbered_by_line_and_identified_by_position():
    outcomes = read(CSV, "op4.csv", "medbullets")
    assert summary(outcomes) == [
        (2, "0"),
        (4, "rejected"),
        (5, "rejected"),
        (6, "rejected"),
        (7, "4"),
    ]
    assert outcomes[0].question.text == 'First, with\ntwo lines and "quotes"'
    assert outcomes[2].reason == "The row has 5 cells, the header 9."


def test_csv_goes_on_after_a_row_it_cannot_decode():
    content = CSV.replace(b"Second", b"Sec\xffnd")
    assert summary(read(content, "op4.csv", "medbullets"))[1:] == [
        (4, "rejected"),
        (5, "rejected"),
        (6, "rejected"),
        (7, "4"),
    ]


def test_csv_with_text_after_a_closing_quote_is_rejected():
    outcomes = read(CSV.replace(b"Second", b'"Sec"ond'), "op4.csv", "medbullets")
    assert "not CSV" in outcomes[1].reason


@pytest.mark.parametrize("content", [b"", b"a,a\n1,2\n", b"\xff,b\n"])
def test_csv_without_a_usable_header(content):
    with pytest.raises(SourceFileError, match="line 1"):
        read(content, "op4.csv", "medbullets")


def test_gzip_is_recognised_by_its_content():
    packed = gzip.compress(lines(house(1)))
    assert summary(read(packed, "a.jsonl.gz")) == summary(read(packed, "a.jsonl")) == [(1, "q1")]


@pytest.mark.parametrize(
    ("name", "content", "part"),
    [
        ("a.jsonl.gz", b"{}", "not a gzip file"),
        ("a.jsonl.gz", gzip.compress(lines(*map(house, range(999))))[:-9], "cannot be read"),
        ("a.jsonl.gz", b"\x1f\x8bnonsense", "cannot be read"),
        ("a.parquet", b"PAR1", "cut off"),
        ("a.parquet", b"no", "neither JSON nor Parquet"),
        ("a", b"question", "neither JSON nor Parquet"),
        ("a.jsonl", b"question,answer", "neither"),
        ("a.json", b'"text"', "neither"),
        ("a.json", b"", "neither"),
        ("a.json", b"[{}", "missing after a record"),
        ("a.json", b"[{} {}]", "missing after a record"),
        ("a.json", b"[{}] {}", "goes on"),
        ("a.json", b"[{},]", "not JSON"),
        ("a.json", b'[{"a": "\xff"}]', "not UTF-8"),
        ("a.json", b'[{"a": tru', "not JSON"),
        ("a.json", b'[{"a":' * 100_000, "nested too deeply"),
        ("a.json", b'{"1": {"a": 1}, 2: {}}', "not text"),
    ],
)
def test_a_file_that_cannot_be_read_at_all(name, content, part):
    with pytest.raises(SourceFileError, match=part) as caught:
        read(content, name)
    assert caught.value.file == name


def test_a_path_is_opened_and_a_missing_one_is_named(tmp_path):
    path = tmp_path / "q.jsonl"
    path.write_bytes(lines(house(1)))
    assert summary(read_questions(path, path.name, get_adapter("house"))) == [(1, "q1")]
    with pytest.raises(SourceFileError, match="cannot be opened"):
        list(read_questions(tmp_path / "no.jsonl", "no.jsonl", get_adapter("house")))


@pytest.mark.skipif(not MEDQA_TEST.exists(), reason="the shared MedQA test set is absent")
def test_the_medqa_test_set_loads_whole():
    outcomes = list(read_questions(MEDQA_TEST, MEDQA_TEST.name, get_adapter("medqa")))
    questions = [o.question for o in outcomes if isinstance(o, LoadedQuestion)]
    assert len(outcomes) == len(questions)
    assert [question.id_in_source for question in questions] == [str(i) for i in range(1273)]
    assert {len(question.options) for question in questions} == {5}
