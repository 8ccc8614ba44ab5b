"""What the intervals really cover, simulated for these very studies."""

from __future__ import annotations

from collections.abc import Iterator

from poolprop.report.blocks import Part
from poolprop.report.context import Context, Section
from poolprop.report.formats import MISSING, level, number
from poolprop.report.tables import Field, Table, numbers, table, texts
from poolprop.report.values import Piece, Record, Sentence, join, policy_of, quote

TITLE = "Coverage in simulation"
ABOUT = (
    "Simulated reviews with these sample sizes and known true values show whether the intervals "
    "reach their nominal coverage."
)
# What others report, and in which words.
USUAL = {
    "hksj": "Hartung and Knapp's",
    "hksj-adhoc": "its ad hoc correction",
    "glmm-wald": "the GLMM's Wald interval",
    "dl-wald": "DerSimonian and Laird's",
}


def section(context: Context) -> Section | None:
    """Return the section; None where nothing was simulated."""
    found = [e.certificate for e in context.results.endpoints if e.certificate]
    if not any(record["cases"] for record in found):
        return None
    parts = (
        Part(
            f"coverage-{record['endpoint']['id']}",
            record["endpoint"]["label"],
            (*_said(record), _table(record) if record["cases"] else None),
            of=TITLE,
        )
        for record in found
    )
    return Section(id="coverage", title=TITLE, body=(ABOUT, *parts))


def _said(record: Record) -> Iterator[Sentence]:
    if not record["cases"]:
        yield (record["note"],)
        return
    yield join(
        quote(record, "replicates", "count"),
        " reviews were simulated for each between-study standard deviation τ, with the sizes of "
        "these ",
        quote(record, "k", "count"),
        " studies and a true proportion of the median study of ",
        quote(record, "truth.proportion", "percent"),
        ", the ",
        record["truth"]["source"],
        ". The studies' true logits are drawn from a normal law, as the model assumes; in the last "
        "columns from a skewed one (exponential; the proportion is at the mean of its logits), one "
        "of two values and a heavy-tailed one (Student's t, 3 degrees of freedom), with the same "
        "mean and τ. No Monte-Carlo standard error exceeds ",
        quote(record, "error", "simulated"),
        " percentage points.",
    )
    if record["default"]:
        yield measured(record)
        yield beyond(record)
    for words in (record["note"], record["companion_note"]):
        if words:
            yield (words,)


def measured(record: Record) -> Sentence:
    """Say how often the reported interval holds the truth in reviews like this one.

    ``record`` is a ``certificate.json`` whose ``default`` was simulated.
    """
    methods = [method["method"] for method in record["methods"]]
    shares = _from_to(record, "")
    others = [
        (f", {words} in ", *_from_to(record, f"methods.{methods.index(name)}."))
        for name, words in USUAL.items()
        if name in methods
    ]
    return join(
        "In simulations with these sample sizes, if studies' logits are normal, the reported "
        f"{level(record['level'])} interval contained the true value in ",
        *shares,
        " of reviews, ",
        "depending on how much" if len(shares) > 1 else "however much",
        " studies differ (Monte-Carlo standard error up to ",
        quote(record, "error", "simulated"),
        " points)",
        *(part for other in others for part in other),
        ".",
    )


def beyond(record: Record) -> Sentence:
    """Say what the reported interval does where studies' logits have another law."""
    return join(
        "Where they are skewed, two-valued or heavy-tailed instead, it contained it in ",
        quote(record, "other_laws", "simulated-share"),
        " of reviews at the lowest.",
    )


def _from_to(record: Record, prefix: str) -> Sentence:
    """Return lowest and highest share; one of them where the reader sees no difference."""
    lowest, highest = (
        quote(record, f"{prefix}{end}", "simulated-share") for end in ("lowest", "highest")
    )
    return (lowest,) if lowest.text == highest.text else (lowest, " to ", highest)


def _table(record: Record) -> Table:
    of, short = level(record["level"]), record["endpoint"]["short"]
    at, unit = _estimate(record), policy_of(record).points.strip()

    def case(i: int, one: Record) -> Field:
        return numbers(
            _law(one),
            lambda method: quote(record, f"cases.{i}.intervals.{method['method']}.coverage",
                                 "simulated"),
            about=f"share of reviews whose interval holds the truth; τ: {one['origin']}",
        )  # fmt: skip

    fields = (
        texts(f"{of} interval", _name),
        *(case(i, one) for i, one in enumerate(record["cases"])),
        numbers(
            f"Mean width, {unit}",
            lambda method: _width(record, at, method["method"]),
            about="length of the interval where τ is its estimate, on the outcome's scale",
        ),
    )
    return table(
        f"table-coverage-{record['endpoint']['id']}",
        f"{short}: how often each nominal {of} interval holds the truth",
        record["methods"],
        fields,
        strong=lambda method: method["role"] == "default",
    )


def _law(case: Record) -> str:
    """Return the heading of a case: its law, unless that is the one assumed, and its tau."""
    law = "" if case["law"] == "normal" else f"{case['law']}, "
    return f"{law}τ = {number(case['tau'])}, %"


def _name(method: Record) -> str:
    words = str(method["label"]).replace(" tau", " τ")
    return f"{words} (reported above)" if method["role"] == "default" else words


def _estimate(record: Record) -> int:
    """Return which value of tau is the estimate."""
    found = (i for i, case in enumerate(record["cases"]) if "estimate" in case["origin"])
    return next(found, 0)


def _width(record: Record, at: int, method: str) -> Piece:
    """Return the mean width; the bootstrap's is not computed, as only its test is simulated."""
    if record["cases"][at]["intervals"][method]["width"] is None:
        return MISSING
    return quote(record, f"cases.{at}.intervals.{method}.width", "points")
