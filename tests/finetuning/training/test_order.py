"""The order of rows is told by seed and epoch alone, and proved by one checksum."""

import hashlib

from pipeline.finetuning.training.order import RowOrder, epoch_order, order_sha256, row_id

IDS = [f"{number} t-{number}" for number in range(20)]


def test_each_epoch_takes_every_row_once_in_an_order_of_its_own():
    orders = [tuple(epoch_order(IDS, seed=7, epoch=epoch)) for epoch in range(3)]
    assert all(sorted(order) == list(range(20)) for order in orders)
    assert len({*orders, tuple(range(20)), tuple(epoch_order(IDS, seed=8, epoch=0))}) == 5


def test_the_order_is_the_one_that_is_documented():
    first = min(IDS, key=lambda name: hashlib.sha256(f"7:1:{name}".encode()).digest())
    assert IDS[epoch_order(IDS, seed=7, epoch=1)[0]] == first


def test_the_checksum_is_the_same_each_time_and_that_of_no_other_order():
    known = order_sha256(IDS, seed=7, epochs=2)
    assert known == order_sha256(IDS, seed=7, epochs=2)
    others = [
        order_sha256(IDS, seed=8, epochs=2),
        order_sha256(IDS, seed=7, epochs=3),
        order_sha256(IDS[:-1], seed=7, epochs=2),
    ]
    assert known not in others
    listed = [IDS[at] for epoch in (0, 1) for at in epoch_order(IDS, seed=7, epoch=epoch)]
    assert known == hashlib.sha256("".join(f"{one}\n" for one in listed).encode()).hexdigest()


def test_a_sampler_gives_the_epoch_that_was_begun():
    order = RowOrder(IDS, seed=7)
    order.begin(2)
    assert list(order) == epoch_order(IDS, seed=7, epoch=2)
    assert len(order) == 20


def test_rows_with_the_same_trace_are_told_apart():
    assert row_id({"trace_id": "t", "step": 2, "split": "train"}, 5) == "5 t 2"
    pair = {"origin": "samples", "chosen_trace": "a", "rejected_trace": "b"}
    assert row_id(pair, 0) == "0 samples a b"
