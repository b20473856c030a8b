import csv
import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.csv import CsvError, Table, written


def table(content: str | bytes, encoding: str = "utf-8") -> Table:
    return Table(io.BytesIO(content if isinstance(content, bytes) else content.encode(encoding)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_table_is_read_whatever_its_encoding_and_separator(encoding, separator):
    text = (
        separator.join(["E-mail ", "Città"]) + "\r\n" + separator.join(["a@example.com", "Cefalù €"]) + "\r\n"
    )

    read = table(text, encoding)

    assert (read.header, read.size) == (["e-mail", "città"], 1)
    assert list(read.rows()) == [(2, ["a@example.com", "Cefalù €"])]


def test_lines_are_counted_as_an_editor_counts_them():
    read = table('id,note\n\n1,"two\nlines"\n,\n2,x\n')

    assert [(row.line, row.cells) for row in read.rows()] == [(3, ["1", "two\nlines"]), (6, ["2", "x"])]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_any_end_of_line_is_one(ending):
    assert [row.cells for row in table(f"a,b{ending}1,2{ending}3,4").rows()] == [["1", "2"], ["3", "4"]]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "no rows"),
        ("email\n", "no rows"),
        ("email\n\n ,\n", "no rows"),
        ("email,Email \na,b\n", "two columns of the same name: email"),
        ('email\na\n"b\nc\nd\n', "Line 3 can't be read: a quotation mark is opened here and never closed"),
        ('email\n"a"b\n', "Line 2 can't be read"),
        ('email\n"' + "x" * 200_000 + "\n", "Line 2 can't be read: a cell is too long"),
        ("email\n" + "x" * (1 << 21), "Line 2 can't be read: the line is longer"),
        (b"email\n\x81\n", "letters can't be read"),
        (b"\xff\xfee\x00\n\x00\x00\xd8\n\x00", "letters can't be read"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(content, why):
    with pytest.raises(CsvError, match=why):
        table(content)


def test_a_file_is_never_whole_in_memory(tmp_path):
    path = tmp_path / "long.csv"
    with path.open("w") as file:
        file.write("email\n")
        file.writelines(f"somebody.number{number:030}@example.com\n" for number in range(400_000))
    tracemalloc.start()

    with path.open("rb") as opened:
        read = Table(opened)
        count = sum(1 for _ in read.rows())
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (read.size, count) == (400_000, 400_000)
    assert peak < 4 * 1024 * 1024 < path.stat().st_size


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_written_cell_is_a_formula(start):
    shown = next(csv.reader(io.StringIO(written([[f"{start}1+1", "plain"]]), newline="")))

    assert shown == [f"'{start}1+1", "plain"]


letters = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)


@given(st.lists(st.lists(letters, min_size=2, max_size=2), min_size=1))
def test_what_is_written_is_read_back(rows):
    kept = [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]
    if kept and not any(cell.startswith("'") for row in kept for cell in row):
        assert [row.cells for row in table(written([["a", "b"], *kept])).rows()] == kept
