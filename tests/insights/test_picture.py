from insights.picture import Flow, arcs, frame, hexagons


def test_hexagons_grow_with_their_customers_and_rise() -> None:
    shapes = hexagons({1: 100, 2: 25, 3: 0})

    assert [shape.number for shape in shapes] == [1, 2, 3, 4, 5, 6, 7]
    assert shapes[0].radius > shapes[1].radius > shapes[2].radius
    assert [shape.y for shape in shapes] == sorted((shape.y for shape in shapes), reverse=True)


def test_arcs_run_above_onward_and_below_on_return() -> None:
    shapes = hexagons({})
    onward, back = arcs([Flow(1, 3, 10), Flow(3, 1, 5), Flow(2, 4, 0)], shapes)

    assert (onward.is_back, back.is_back) == (False, True)
    assert onward.y < min(shape.y for shape in shapes[:3])
    assert back.y > max(shape.y for shape in shapes[:3])
    assert onward.width > back.width


def test_frame_holds_every_arc() -> None:
    drawn = arcs([Flow(1, 7, 10), Flow(7, 1, 5)], hexagons({}))
    _left, top, _width, height = map(float, frame(drawn).split())

    assert all(top < arc.y < top + height for arc in drawn)
