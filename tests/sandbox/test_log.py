import io
from datetime import UTC, datetime

from sandbox.log import BadLine, LogReader, span_of

FIRST = b'{"type":"track","userId":"a","event":"Seen","timestamp":"2025-01-01T10:00:00Z","messageId":"1"}\n'
LATE = b'{"type":"track","userId":"a","event":"Seen","timestamp":"2025-01-01T09:00:00Z","messageId":"2"}\n'
NEXT_DAY = (
    b'{"type":"track","userId":"b","event":"Seen","timestamp":"2025-01-02T10:00:00Z","messageId":"3"}\n'
)


def at(day: int, hour: int) -> datetime:
    return datetime(2025, 1, day, hour, tzinfo=UTC)


def test_log_stops_before_the_first_call_after_the_moment():
    log = LogReader(io.BytesIO(FIRST + NEXT_DAY))

    assert [call.message_id for call in log.until(at(1, 12))] == ["1"]
    assert [call.message_id for call in log.until(at(1, 13))] == []
    assert [call.message_id for call in log.until(at(2, 10))] == ["3"]


def test_log_gives_a_late_line_with_the_one_before_it():
    log = LogReader(io.BytesIO(FIRST + LATE + NEXT_DAY))

    assert [call.message_id for call in log.until(at(1, 10))] == ["1", "2"]


def test_log_goes_on_from_its_offset():
    log = LogReader(io.BytesIO(FIRST + NEXT_DAY))
    list(log.until(at(1, 12)))

    again = LogReader(io.BytesIO(FIRST + NEXT_DAY), log.offset)

    assert [call.message_id for call in again.until(at(3, 0))] == ["3"]


def test_log_reports_a_bad_line_and_loses_no_other():
    bad = b'{"type":"track","userId":"a","timestamp":"2025-01-01T09:00:00Z"}\n'
    log = LogReader(io.BytesIO(FIRST + b"\n" + bad + b"{broken\n" + LATE))

    read = list(log.until(at(1, 12)))

    assert [line.message_id for line in read if not isinstance(line, BadLine)] == ["1", "2"]
    assert [line.offset for line in read if isinstance(line, BadLine)] == [
        len(FIRST) + 1,
        len(FIRST) + 1 + len(bad),
    ]
    assert log.rejected == 2


def test_span_is_from_the_earliest_to_the_latest(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_bytes(FIRST + LATE + b"nonsense\n" + NEXT_DAY)

    assert span_of(path) == (at(1, 9), at(2, 10))


def test_span_of_a_log_without_calls_is_none(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_bytes(b"nonsense\n")

    assert span_of(path) is None
