"""What a study that was added leaves behind in other tables: named, one line a place.

A review grows by rows. A judgement made before, a box of the flow, a denominator that one estimand
needs and a study that nobody assessed do not grow by themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from poolprop.errors import Fault
from poolprop.evidence.cells import TO_FILL, Row
from poolprop.evidence.certainty import Judgement
from poolprop.evidence.flow import FlowBox
from poolprop.evidence.load import Evidence
from poolprop.evidence.select import select
from poolprop.evidence.supplements import RiskOfBias
from poolprop.evidence.tables import TABLES, Arm, Outcome, is_reported
from poolprop.evidence.universes import overall_risks
from poolprop.formats import counted
from poolprop.judged import basis, moved
from poolprop.plan import Settings
from poolprop.sentences import COUNTED, counted_by_hand, unknown

PLAN = "config/config.yaml"
ONE_CURATOR = "one_curator"


def at(
    settings: Settings, evidence: Evidence, table: str, key: str, column: str, *words: str
) -> Fault:
    """Return a fault of a cell of the row of a table with a key: what is wrong, what to do."""
    file, (problem, hint) = f"{settings.data}/{TABLES[table].FILE}", words
    return Fault(file, evidence.lines[table, key], column, problem, hint)


def stale_judgements(settings: Settings, evidence: Evidence) -> Iterator[Fault]:
    """Find judgements of certainty that were made on other data, or on nobody knows which."""
    rows = [row for row in evidence.supplements["certainty"] if isinstance(row, Judgement)]
    found: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for row in rows:
        if problem := _not_today(settings, evidence, row):
            line = evidence.lines["certainty", f"{row.endpoint}.{row.estimand}.{row.domain}"]
            found.setdefault((row.endpoint, row.estimand), []).append((line, problem))
    for names, places in found.items():
        line, problem = places[0]
        more = f", {len(places)} domains" if len(places) > 1 else ""
        name = "/".join(names)
        hint = f"Read the reasons again, build, then: poolprop judge {name}"
        file = f"{settings.data}/{Judgement.FILE}"
        yield Fault(file, line, "judged_on", f"{problem} ({name}{more})", hint)


def _not_today(settings: Settings, evidence: Evidence, row: Judgement) -> str:
    """Return how the data moved since something was judged; empty if they did not."""
    if not row.judged_on:
        return "it is not kept on which data this was judged"
    selection = settings.endpoints[row.endpoint].estimands[row.estimand]
    used = [
        {**one.model_dump(), "study_id": evidence.study_of(one.arm_id).study_id}
        for one in select(evidence, selection).rows
        if one.events is not None
    ]
    now = basis(used, row.domain, overall_risks(evidence, row.endpoint))
    if not moved(row.judged_on, now, interval=False):
        return ""
    then = row.judged_on.partition(" ci=")[0]
    today = f"k={now.k} events={now.events} total={now.total}"
    if then == today:
        today = "the same counts of other rows or other risks of bias"
    return f"judged on earlier data, {then}; now {today}"


def not_assessed(settings: Settings, evidence: Evidence) -> Iterator[Fault]:
    """Find studies without risk of bias, where any has it."""
    rows = [row for row in evidence.supplements["risk_of_bias"] if isinstance(row, RiskOfBias)]
    done = {row.study_id for row in rows if row.item == "overall" and row.adjudicated}
    for key in evidence.studies if done else ():
        if key not in done:
            problem = f"no risk of bias of {key!r} in risk_of_bias.csv"
            hint = "Assess it: one row an item, and one called overall."
            yield at(settings, evidence, "studies", key, "study_id", problem, hint)


def without_extraction(settings: Settings, evidence: Evidence) -> Iterator[Fault]:
    """Find studies whose figures no row of extraction.csv stands for, where others have some."""
    done = {row.source_id for row in evidence.extraction}
    alone = {
        evidence.study_of(row.arm_id).study_id: row.agreement == ONE_CURATOR
        for row in evidence.outcomes.values()
    }
    for key, study in evidence.studies.items() if done else ():
        if study.source_id not in done and not alone.get(key, False):
            problem = f"no extraction of {key!r} in extraction.csv"
            hint = f"Add its rows, or say {ONE_CURATOR} under agreement."
            yield at(settings, evidence, "studies", key, "study_id", problem, hint)


def missing_twins(settings: Settings, evidence: Evidence) -> Iterator[Fault]:
    """Find figures that the primary estimand has and another lacks for their denominator alone."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for end, endpoint in settings.endpoints.items():
        primary = endpoint.estimands["primary"]
        used = {row.arm_id: row for row in select(evidence, primary).rows}
        for name, estimand in endpoint.estimands.items():
            alike = estimand.model_copy(update={"denominator": primary.denominator})
            if name == "primary" or estimand.denominator == primary.denominator:
                continue
            out = (one.arm_id for one in select(evidence, estimand).excluded)
            # Who tells how many patients there were can tell of them all.
            lacking = {arm for arm in out if evidence.arms[arm].n_enrolled is not None} - {
                row.arm_id
                for row in evidence.outcomes.values()
                if not is_reported(row)
                and (row.outcome, row.denominator_basis) == (estimand.outcome, estimand.denominator)
            }
            would = {row.arm_id for row in select(evidence, alike).rows}
            for arm in used.keys() & lacking & would:
                key = (arm, used[arm].outcome_id, estimand.denominator)
                found.setdefault(key, []).append(f"{end}/{name}")
    for (_, outcome, basis_of), names in sorted(found.items()):
        problem = (
            f"{outcome!r} has no twin with the denominator {basis_of!r}, which "
            f"{', '.join(names)} asks for"
        )
        hint = "Add a row derived from it, or NR for its events if the source does not tell."
        yield at(settings, evidence, "outcomes", outcome, "denominator_basis", problem, hint)


def flow_behind(settings: Settings, evidence: Evidence) -> Iterator[Fault]:
    """Find a flow whose last box does not hold the studies of studies.csv."""
    boxes = [row for row in evidence.supplements["flow"] if isinstance(row, FlowBox)]
    ends = [b for b in boxes if b.kind == "on" and all(o.from_box != b.box for o in boxes)]
    for box in ends[-1:]:
        if isinstance(box.count, int) and box.count != len(evidence.studies):
            problem = f"{box.box!r} holds {box.count}, but studies.csv {len(evidence.studies)}"
            hint = "Write {studies}, which counts them, and correct what it comes from."
            yield at(settings, evidence, "flow", box.box, "count", problem, hint)


def counts_by_hand(settings: Settings, evidence: Evidence) -> Iterator[Fault]:
    """Find texts of the plan that count documents or studies in words, or hold unknown fields."""
    texts = {f"review.statements.{k}": text for k, text in settings.review.statements.items()}
    texts |= {"review.caveat": settings.review.caveat, "review.question": settings.review.question}
    for key, text in texts.items():
        hint = "Write {documents}, {studies} or {arms}, which are counted."
        fields = COUNTED if "statements" in key else ()
        if odd := unknown(text, fields):
            yield Fault(PLAN, 1, key, f"nothing fills '{{{odd[0]}}}'", hint)
        if words := counted_by_hand(text):
            yield Fault(PLAN, 1, key, f"{words!r} is counted by hand", hint)


def borrowed_terms(settings: Settings, evidence: Evidence) -> Iterator[Fault]:
    """Find terms defined by one source that rows of another use."""
    owners = {key: term.source_id for key, term in evidence.terms.items() if term.source_id}
    rows: list[tuple[str, str, Arm | Outcome]] = [
        *(("arms", key, arm) for key, arm in evidence.arms.items()),
        *(("outcomes", key, row) for key, row in evidence.outcomes.items()),
    ]
    for name, key, row in rows if owners else ():
        source = evidence.study_of(row.arm_id).source_id
        cells = {field: getattr(row, column) for column, field in type(row).TERMS.items()}
        for field, cell in {**cells, **row.factors()}.items():
            owner = owners.get((field, cell), source) if isinstance(cell, str) else source
            if owner != source:
                problem = f"{cell!r} is a term of {owner!r} alone"
                hint = "Define one of your own in vocabulary.csv, or empty its source_id there."
                yield at(settings, evidence, name, key, field, problem, hint)


def inherited_inference(settings: Settings, evidence: Evidence) -> Iterator[Fault]:
    """Find figures called derived that rest on a reconstructed one: they are inferred too."""
    for key, row in evidence.outcomes.items():
        kinds = Counter(evidence.outcomes[name].record_type for name in row.derived_from)
        if row.record_type in ("derived", "back_calculated") and kinds["reconstructed"]:
            problem = f"{key!r} is called {row.record_type} but rests on a reconstructed figure"
            hint = "Call it reconstructed too."
            yield at(settings, evidence, "outcomes", key, "record_type", problem, hint)


def unfilled(settings: Settings, evidence: Evidence) -> Iterator[Fault]:
    """Find rows that were made for a new study and that nobody has filled in; one line a table."""
    known: dict[str, Iterable[Row]] = {
        "sources": evidence.sources.values(),
        "studies": evidence.studies.values(),
        "arms": evidence.arms.values(),
        "outcomes": evidence.outcomes.values(),
        "risk_of_bias": evidence.supplements["risk_of_bias"],
    }
    for name, rows in known.items():
        column = "reason" if name == "risk_of_bias" else "note"
        open_rows = [row for row in rows if getattr(row, column) == TO_FILL]
        if open_rows:
            key = ".".join(getattr(open_rows[0], part) for part in TABLES[name].KEY)
            verb = "is" if len(open_rows) == 1 else "are"
            problem = f"{counted(len(open_rows), 'row')} {verb} {TO_FILL!r}"
            hint = "Fill them in, NR where the source is silent, and empty the remark."
            yield at(settings, evidence, name, key, column, problem, hint)


def unstated_factors(settings: Settings, evidence: Evidence) -> Iterator[Fault]:
    """Find arms left out of a primary estimand because their rows do not state what it asks for."""
    for name, endpoint in settings.endpoints.items():
        selection = endpoint.estimands["primary"]
        for factor in (one for one in selection.where if one != "drug_class"):
            silent: dict[str, str] = {}
            for key, row in evidence.outcomes.items():
                asked = row.outcome == selection.outcome and row.population in selection.populations
                if asked and row.events is not None and not evidence.factor(row, factor):
                    silent.setdefault(row.arm_id, key)
            for arm, key in silent.items():
                problem = (
                    f"{selection.outcome!r} of {arm!r} states no {factor}: {name} leaves it out"
                )
                terms = ", ".join(selection.where[factor])
                hint = f"State its {factor}, NR where the source is silent; {terms} count there."
                yield at(settings, evidence, "outcomes", key, factor, problem, hint)


RULES: dict[str, Callable[[Settings, Evidence], Iterator[Fault]]] = {
    one.__name__: one
    for one in (
        stale_judgements, not_assessed, without_extraction, missing_twins, flow_behind,
        counts_by_hand, borrowed_terms, inherited_inference, unfilled,
        unstated_factors,
    )
}  # fmt: skip
