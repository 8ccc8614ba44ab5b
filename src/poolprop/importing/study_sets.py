"""Study-centred sets of CSV files, as RevMan Web and Covidence export them, as one table.

A set has study information (one row a study: ``Study``, ``Year``, ``Char: ...``, ``Cov: ...``),
arms (``Study``, ``Arm``, ``Intervention``), results (one row an arm and outcome: ``Study``,
``Outcome``, ``Data type``, ``Arm``, ``Cases``, ``Sample size``) and risk of bias
(``Domain (judgement): ...``, ``Domain (support): ...``); a Cochrane data package has data rows of
its analyses as well. Source:
https://documentation.cochrane.org/revman-kb, "Data extraction templates" and "Data package
specification".
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence

from poolprop.errors import DataError
from poolprop.importing.revman_csv import Body, analyses, rows_by_name
from poolprop.importing.sheets import Judged, ReviewSheet
from poolprop.reading.read import sheet_of
from poolprop.reading.sheet import MAX_BYTES, Cell, Sheet, as_text, tidy, too_large
from poolprop.reading.source import Source

EVENTS = ("Cases", "Events", "Number of events", "No of events")
TOTALS = ("Sample size", "N", "Participants", "Total", "Number of participants")
JUDGEMENT, SUPPORT = "Domain (judgement): ", "Domain (support): "
LONGEST = 80  # longer texts describe a study, and are no levels
MEMBERS = 500


def members(source: Source, depth: int = 2) -> Iterator[Source]:
    """Yield the CSV files of a zip, also of zips within it.

    Raises DataError if it is no zip, or unpacks to more than anyone keeps studies in.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(source.content))
        infos = [info for info in archive.infolist() if not info.is_dir()]
        if len(infos) > MEMBERS or sum(info.file_size for info in infos) > MAX_BYTES:
            raise too_large(source.name, "the archive unpacks to more than 50 MB or 500 files")
        for info in sorted(infos, key=lambda info: info.filename):
            name = info.filename.rsplit("/", 1)[-1]
            if name.lower().endswith(".csv"):
                yield Source(f"{source.name}/{name}", archive.read(info))
            elif name.lower().endswith(".zip") and depth:
                yield from members(Source(source.name, archive.read(info)), depth - 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        hint = "Unpack it, and name the folder."
        raise DataError(
            f"not a zip that can be read ({error})", where=source.name, hint=hint
        ) from None


def read_set(sources: Sequence[Source], name: str, encoding: str) -> Sheet:
    """Read a set of files as one table of outcomes, arm by arm.

    What belongs to no set is passed over, and said; ``name`` is how messages call the set. Raises
    DataError if there is neither a file of results nor one of data rows.
    """
    sheets: dict[str, Sheet] = {}
    other = []
    for source in sources:
        sheet = sheet_of(source, "", encoding)
        kind = _kind(sheet)
        if kind and kind in sheets:
            raise DataError(
                f"two files hold {kind}: {sheets[kind].file} and {sheet.file}",
                where=name, hint="Name the files of one set only.",
            )  # fmt: skip
        if kind:
            sheets[kind] = sheet
        else:
            other.append(source.name.rsplit("/", 1)[-1])
    notes = [f"{sheet.file} is read as {kind}" for kind, sheet in sheets.items()]
    notes += [f"not read: {', '.join(other)}"] if other else []
    bias = tuple(_judged(sheets["risk of bias"])) if "risk of bias" in sheets else ()
    if "results" in sheets:
        return _joined(sheets, notes, bias)
    if "data rows" in sheets:
        found = analyses(sheets["data rows"], _types(sheets.get("settings")))
        if isinstance(found, ReviewSheet):
            return ReviewSheet(
                file=found.file, name="", rows=found.rows, notes=[*notes, *found.notes],
                points=".", choose=found.choose, bias=bias,
            )  # fmt: skip
    problem = "no file of study results (Study, Outcome, Arm, Cases, Sample size)"
    hint = "Export study results from RevMan or Covidence too, or name one table."
    raise DataError(problem, where=name, hint=hint)


def is_results(sheet: Sheet) -> bool:
    """Tell whether a sheet is a file of results of such a set."""
    return _kind(sheet) == "results"


def _kind(sheet: Sheet) -> str:
    names = [tidy(as_text(cell)) for cell in sheet.rows[0][1]]
    known = set(names)
    if {"Study", "Outcome", "Arm"} <= known and known & set(EVENTS):
        return "results"
    if {"Study", "Arm", "Intervention"} <= known:
        return "arms"
    if any(name.startswith(JUDGEMENT) for name in names):
        return "risk of bias"
    if {"Analysis group", "Experimental cases", "Study"} <= known:
        return "data rows"
    if {"Analysis group", "Analysis number", "Data type"} <= known:
        return "settings"
    marks = ("Char: ", "Cov: ", "Covariate: ")
    if "Study" in known and (any(n.startswith(marks) for n in names) or "Data source" in known):
        return "study information"
    return ""


def _joined(sheets: dict[str, Sheet], notes: list[str], bias: tuple[Judged, ...]) -> ReviewSheet:
    results = sheets["results"]
    about, columns = _information(sheets.get("study information"))
    arms = {}
    if "arms" in sheets:
        arms = {(said("Study"), said("Arm")): said for _, said in rows_by_name(sheets["arms"])}
    header: list[Cell] = ["Study", "Year", "Outcome", "Arm", "Intervention", "Events", "Total"]
    body: Body = [(results.rows[0][0], [*header, *columns])]
    other: dict[str, list[str]] = {}
    for row, said in rows_by_name(results):
        study, outcome = said("Study"), said("Outcome")
        events = next(filter(None, map(said, EVENTS)), "")
        total = next(filter(None, map(said, TOTALS)), "")
        if said("Data type") and not said("Data type").casefold().startswith("dich"):
            other.setdefault(outcome, []).append(str(row))
            continue
        if not events and not total:
            continue
        arm = arms.get((study, said("Arm")))
        known = about.get(study, {})
        body.append(
            (row, [study, known.get("Year", ""), outcome, said("Arm"),
                   arm("Intervention") if arm else "", events, total,
                   *(known.get(name, "") for name in columns)])
        )  # fmt: skip
    notes += [
        f"results of {outcome!r} are no counts and are left out (rows {', '.join(rows[:8])})"
        for outcome, rows in other.items()
    ]
    choose = ("Outcome", "Intervention" if arms else "Arm")
    return ReviewSheet(
        file=results.file, name="", rows=body, notes=[*results.notes, *notes], points=".",
        choose=choose, bias=bias,
    )  # fmt: skip


def _information(sheet: Sheet | None) -> tuple[dict[str, dict[str, str]], list[str]]:
    """Return what is known of each study, and the columns short enough to be levels."""
    if sheet is None:
        return {}, []
    names = [tidy(as_text(cell)) for cell in sheet.rows[0][1]]
    about = {
        said("Study"): {name: said(name) for name in names if name}
        for _, said in rows_by_name(sheet)
    }
    columns = [
        name
        for name in dict.fromkeys(names)
        if name
        and name not in ("Study", "Year")
        and any(known[name] for known in about.values())
        and all(len(known[name]) <= LONGEST for known in about.values())
    ]
    return about, columns


def _types(settings: Sheet | None) -> dict[tuple[str, str], str]:
    if settings is None:
        return {}
    rows = rows_by_name(settings)
    return {(s("Analysis group"), s("Analysis number")): s("Data type") for _, s in rows}


def _judged(sheet: Sheet) -> Iterator[Judged]:
    names = [tidy(as_text(cell)) for cell in sheet.rows[0][1]]
    domains = [name.removeprefix(JUDGEMENT) for name in names if name.startswith(JUDGEMENT)]
    for _, said in rows_by_name(sheet):
        for domain in domains:
            if judgement := said(JUDGEMENT + domain):
                yield Judged(
                    study=said("Study"), domain=domain, judgement=judgement,
                    support=said(SUPPORT + domain),
                )  # fmt: skip
