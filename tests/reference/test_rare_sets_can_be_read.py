"""Public sets of rare events, the same mirrored, and one in a million: every number can be read."""

from __future__ import annotations

import re

import pytest
from rows import HERE, read_datasets

import poolprop as pp
from poolprop.__main__ import main

HEAD = re.compile(
    r"Pooled proportion (?P<estimate>[^ ]+)(?P<unit>%| per [\d,]+) "
    r"\(95% CI (?P<lower>[^ ]+) to (?P<upper>[^ ]+)\)"
)
RARE = 0.01
MILLION = [1, 3, 0, 2], [1_200_000, 2_500_000, 700_000, 1_900_000]
# Vaccinated and others of the seventeen cholera trials of Graves and colleagues (2010).
GRAVES = {
    "graves2010_t": (
        [8, 44, 32, 2, 73, 72, 38, 33, 36, 26, 110, 92, 71, 13, 54, 18, 10],
        [6956, 29939, 11491, 11435, 40326, 82220, 44500, 45750, 44450, 44700, 145500, 148100,
         143600, 101096, 268700, 156300, 155600],
    ),
    "graves2010_c": (
        [33, 35, 13, 12, 27, 93, 23, 22, 23, 22, 52, 52, 52, 33, 41, 19, 18],
        [7103, 9923, 3810, 3810, 10789, 40620, 11050, 11050, 11050, 11050, 48934, 48933, 48933,
         101030, 90900, 79250, 79250],
    ),
}  # fmt: skip
SETS = (
    {
        name: (data.x.astype(int).tolist(), data.n.astype(int).tolist())
        for name, data in read_datasets(HERE).items()
        if 0 < data.x.sum() < RARE * data.n.sum()
    }
    | {"one in a million": MILLION}
    | GRAVES
)


def digits(text: str, whole: float | None = None) -> int:
    """Return the significant digits of a number, or of its distance to the whole."""
    number = text.replace(",", "")
    if whole is not None:
        places = len(number.partition(".")[2])
        number = f"{whole - float(number):.{places}f}"
    return len(number.replace(".", "").lstrip("0"))


def test_the_sets_are_the_rare_ones():
    assert {"bcg_t", "bcg_c", "tian2009_deaths", "graves2010_t", "one in a million"} <= set(SETS)


@pytest.mark.parametrize("name", SETS)
def test_a_rare_set_has_two_significant_digits_and_two_limits(name):
    events, total = SETS[name]
    found = HEAD.match(pp.pool(events, total).summary())
    assert found["unit"] != "%"
    assert digits(found["estimate"]) >= 2
    assert found["lower"] != found["upper"]


@pytest.mark.parametrize("name", SETS)
def test_the_same_mirrored_is_told_from_100(name):
    events, total = SETS[name]
    others = [n - x for x, n in zip(events, total, strict=True)]
    found = HEAD.match(pp.pool(others, total).summary())
    assert found["unit"] == "%"
    assert digits(found["estimate"], 100.0) >= 2
    assert found["lower"] != found["upper"]


@pytest.mark.parametrize(
    ("arguments", "starts"),
    [
        ([], "Pooled proportion 0.095 per 100,000 (95% CI "),
        (["--scale", "percent"], "Pooled proportion 0.000095% (95% CI "),
        (
            ["--scale", "per_100000", "--digits", "1"],
            "Pooled proportion 0.1 per 100,000 (95% CI < 0.1 to 0.2)",
        ),
    ],
)
def test_the_command_line_says_one_in_a_million(tmp_path, capsys, arguments, starts):
    rows = "".join(f"S{i},{x},{n}\n" for i, (x, n) in enumerate(zip(*MILLION, strict=True)))
    table = tmp_path / "million.csv"
    table.write_text(f"study,events,total\n{rows}")
    assert main(["pool", str(table), *arguments]) == 0
    assert starts in capsys.readouterr().out


@pytest.mark.parametrize("digits", ["-1", "x", "99"])
def test_impossible_digits_are_refused(tmp_path, digits):
    with pytest.raises(SystemExit) as stopped:
        main(["pool", str(tmp_path / "none.csv"), "--digits", digits])
    assert stopped.value.code == 2
