"""CSV of every dialect that is certain; what is open is refused with both readings."""

import io

import pytest

from pipeline.core.datasets.source_file import DELIMITERS, ReadLimits, source_records
from pipeline.core.errors import SourceFileError

HEADER, ROW = ["id", "question", "cop"], ["q1", "Why, or; what\t|?", "0"]
RECORD = dict(zip(HEADER, ROW, strict=True))


def read(content: str | bytes, name: str = "a.csv", **options):
    data = content.encode() if isinstance(content, str) else content
    return list(source_records(io.BytesIO(data), name, ReadLimits(), **options))


def fields(content: str | bytes, name: str = "a.csv", **options):
    records = read(content, name, **options)
    assert not any(record.flaw for record in records)
    return [dict(record.fields) for record in records]


def table(delimiter: str, *rows: list[str], end: str = "\n") -> str:
    quoted = [[f'"{cell}"' if " " in cell else cell for cell in row] for row in rows]
    return "".join(delimiter.join(row) + end for row in quoted)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("name", DELIMITERS)
def test_what_separates_the_columns_is_read_off_the_header(name, end):
    content = table(DELIMITERS[name], HEADER, ROW, end=end)
    assert (
        fields(content) == fields(content, "a.tsv") == fields(content, delimiter=DELIMITERS[name])
    )
    assert fields(content) == [RECORD]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_says_which_encoding(encoding):
    content = table("\t", HEADER, ["q1", "Löffler", "0"]).encode(encoding)
    assert fields(content, "a.txt") == [{**RECORD, "question": "Löffler"}]


def test_a_text_that_is_not_what_its_mark_says():
    with pytest.raises(SourceFileError, match="not the UTF-16-LE it begins as"):
        read("a,b\n1,2".encode("utf-16") + b"\n")


def test_excel_states_the_delimiter_in_a_line_of_its_own():
    (record,) = read("sep=;\r\nid;question, or answer\r\n1;Why\r\n")
    assert (record.line, dict(record.fields)) == (3, {"id": "1", "question, or answer": "Why"})


HEADER_OF_TWO_READINGS = "id;question;options (A, B);cop\n1;Why?;x;0\n"


def test_a_header_of_two_readings_is_refused_with_both():
    with pytest.raises(SourceFileError) as caught:
        read(HEADER_OF_TWO_READINGS)
    assert str(caught.value) == (
        "a.csv, line 1: Its columns can be divided by comma (2: 'id;question;options (A', "
        "'B);cop') or by semicolon (4: 'id', 'question', 'options (A, B)' ...): state which, "
        "on the form or with --delimiter comma or semicolon."
    )


def test_a_header_of_two_readings_is_read_as_stated():
    assert fields(HEADER_OF_TWO_READINGS, delimiter=";")[0]["options (A, B)"] == "x"
    assert fields("id\tquestion, stem\n1\tWhy?\n", "a.tsv") == [
        {"id": "1", "question, stem": "Why?"}
    ]


def test_a_quoted_header_leaves_nothing_open():
    assert fields('"id","question; stem"\n1,Why?\n') == [{"id": "1", "question; stem": "Why?"}]
    assert fields('"id","question\n(stem)"\n1,Why?\n') == [{"id": "1", "question\n(stem)": "Why?"}]


def test_one_column_is_a_table_too():
    assert fields("question\nWhy, then?\n".replace(",", "")) == [{"question": "Why then?"}]


@pytest.mark.parametrize("name", ["", "Unnamed: 0", "Unnamed: 0.1", "__index_level_0__"])
def test_the_index_that_pandas_adds_is_no_field(name):
    assert fields(f"{name},id,question\n0,q1,Why?\n") == [{"id": "q1", "question": "Why?"}]


def test_rows_and_columns_that_a_table_program_leaves_empty_are_nothing():
    content = "id,question,,\nq1,Why?,,\n,,,\n\nq2,How?,,\n"
    records = read(content)
    assert [(r.line, r.position, dict(r.fields)) for r in records] == [
        (2, 0, {"id": "q1", "question": "Why?"}),
        (5, 1, {"id": "q2", "question": "How?"}),
    ]


def test_a_cell_under_no_name_is_a_flaw():
    assert "header does not name" in read("id,question,,\nq1,Why?,,lost\n")[0].flaw


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ("id,question,id\n", "names the column 'id' twice"),
        (",".join(f"c{i}" for i in range(201)), "more than 200 columns"),
        ("", "no names of columns"),
        (",,,\n", "no names of columns"),
        ("id,ques\xe9\n".encode("latin-1"), "not UTF-8"),
    ],
)
def test_a_header_that_cannot_be_used(content, part):
    with pytest.raises(SourceFileError, match=part):
        read(content)


def test_a_cell_may_be_as_long_as_a_record():
    assert len(str(fields(f"id,note\n1,{'x' * 900_000}\n")[0]["note"])) == 900_000
