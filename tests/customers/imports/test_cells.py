import pytest

from customers.imports.cells import CellError, Type, guessed, read


@pytest.mark.parametrize(
    ("type_", "cell", "value"),
    [
        ("text", "00100", "00100"),
        ("number", "-12", -12),
        ("number", "12.50", 12.5),
        ("comma_number", "1.234,5", 1234.5),
        ("comma_number", "12", 12),
        ("boolean", "Sì", True),
        ("boolean", "no", False),
        ("moment", "2025-03-31", "2025-03-31"),
        ("moment", "2025-03-31T10:00:00Z", "2025-03-31T10:00:00+00:00"),
        ("day_first", "31/3/2025", "2025-03-31"),
        ("day_first", "31.03.2025 9:05", "2025-03-31T09:05:00"),
        ("month_first", "3/31/2025", "2025-03-31"),
        ("json", '["a", 1]', ["a", 1]),
    ],
)
def test_cell_is_read_as_its_type(type_, cell, value):
    assert read(type_, cell) == value
    assert type(read(type_, cell)) is type(value)


@pytest.mark.parametrize(
    ("type_", "cell"),
    [
        ("number", "00100"),
        ("number", "1,5"),
        ("number", "1e400"),
        ("number", "9" * 400),
        ("number", "NaN"),
        ("comma_number", "1.23,4"),
        ("boolean", "perhaps"),
        ("moment", "2025-02-30"),
        ("moment", "20250331"),
        ("moment", "31/03/2025"),
        ("day_first", "31/13/2025"),
        ("day_first", "1/1/0000"),
        ("day_first", "31/3/2025 25:00"),
        ("json", "12"),
        ("json", "[" * 100_000),
    ],
)
def test_cell_of_another_type_is_an_error(type_, cell):
    with pytest.raises(CellError):
        read(type_, cell)


@pytest.mark.parametrize(
    ("cells", "type_"),
    [
        ([], Type.TEXT),
        (["", ""], Type.TEXT),
        (["1", "", "2.5"], Type.NUMBER),
        (["00100", "20121"], Type.TEXT),
        (["1,5", "1.000"], Type.COMMA_NUMBER),
        (["0", "1"], Type.NUMBER),
        (["yes", "No"], Type.BOOLEAN),
        (["2025-01-31", "2024-12-01T10:00:00"], Type.MOMENT),
        (["01/02/2025", "03/04/2025"], Type.DAY_FIRST),
        (["01/31/2025", "03/04/2025"], Type.MONTH_FIRST),
        (['{"a": 1}', "[]"], Type.JSON),
        (["1", "x"], Type.TEXT),
    ],
)
def test_type_is_guessed_that_all_cells_have(cells, type_):
    assert guessed(cells, day_first=True) == type_
