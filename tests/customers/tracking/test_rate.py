from customers.tracking.rate import seconds_to_wait


def test_source_may_save_up_for_ten_seconds_and_then_waits():
    assert seconds_to_wait(1, 5, 50, now=0.0) == 0
    assert seconds_to_wait(1, 5, 1, now=0.0) == 1
    assert seconds_to_wait(1, 5, 20, now=1.0) == 3
    assert seconds_to_wait(1, 5, 20, now=4.0) == 0
    assert seconds_to_wait(2, 5, 50, now=4.0) == 0


def test_source_without_a_limit_never_waits():
    assert seconds_to_wait(1, None, 10**9, now=0.0) == 0


def test_request_larger_than_the_limit_passes_when_nothing_else_came():
    assert seconds_to_wait(3, 1, 500, now=0.0) == 0
    assert seconds_to_wait(3, 1, 500, now=10.0) == 490  # the debt of the first one too
