"""Published tables of ratings, and tables made of rows for the tests."""

from pipeline.statistics.agreement.rating_table import RatingTable, tabulate

# Krippendorff (2011): four observers, twelve units, values missing.
KRIPPENDORFF = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
# Fleiss's kappa in the textbooks: ten subjects, fourteen raters, five categories, as counts.
FLEISS = (
    (0, 0, 0, 0, 14),
    (0, 2, 6, 4, 2),
    (0, 0, 3, 5, 6),
    (0, 3, 9, 2, 0),
    (2, 2, 8, 1, 1),
    (7, 7, 0, 0, 0),
    (3, 2, 6, 3, 0),
    (2, 5, 3, 2, 2),
    (6, 5, 2, 1, 0),
    (0, 2, 2, 3, 7),
)
# Shrout and Fleiss (1979), table 2: six targets, four judges.
SHROUT_FLEISS = (
    (9, 2, 5, 8),
    (6, 1, 3, 2),
    (8, 4, 6, 8),
    (7, 1, 2, 6),
    (10, 5, 6, 9),
    (6, 2, 4, 7),
)


def of_rows(rows, **more) -> RatingTable:
    """A table from rows of items, one column a rater; None is a missing rating."""
    cells = [(i, r, value) for i, row in enumerate(rows) for r, value in enumerate(row)]
    items, raters, values = zip(*cells, strict=True) if cells else ((), (), ())
    return tabulate(items, raters, values, **more)


def krippendorff() -> RatingTable:
    columns = [
        [None if mark == "." else int(mark) for mark in line.split()] for line in KRIPPENDORFF
    ]
    return of_rows(zip(*columns, strict=True))


def fleiss() -> RatingTable:
    return of_rows(
        [point for point, count in enumerate(row, 1) for _ in range(count)] for row in FLEISS
    )


def shrout_fleiss() -> RatingTable:
    return of_rows(SHROUT_FLEISS, scale=range(1, 11))
