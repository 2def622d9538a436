from tablekin.execution import Tally


def test_rows_and_seconds_of_a_stage_are_added_up_in_the_order_of_the_stages():
    tally = Tally()
    tally.add("read", 2, 1, 0.25)
    tally.add("explain", 5, 5, 1.0)
    tally.add("read", 3, 3, 0.5004)
    assert list(tally.stages.items()) == [
        ("read", {"in": 5, "out": 4, "seconds": 0.75}),
        ("explain", {"in": 5, "out": 5, "seconds": 1.0}),
    ]
