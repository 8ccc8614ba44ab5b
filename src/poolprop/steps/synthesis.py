"""From analysis data sets to estimates."""

from __future__ import annotations

from pathlib import Path

from poolprop.files import read_csv, write_csv, write_json


def synthesise(config: Path, endpoint: str, data: Path, excluded: Path, out: Path) -> None:
    """Pool every estimand of an endpoint by every model of the plan."""
    from poolprop.plan import load
    from poolprop.synthesis.pooled import pooled

    write_json(out, pooled(load(config), endpoint, read_csv(data), read_csv(excluded)))


def subgroups(config: Path, endpoint: str, data: Path, out: Path) -> None:
    """Pool the levels of each factor, and test between them where the plan allows it."""
    from poolprop.plan import load
    from poolprop.synthesis.subgroups import by_subgroup

    write_json(out, by_subgroup(load(config), endpoint, read_csv(data)))


def influence(config: Path, endpoint: str, data: Path, out: Path, small_study: Path) -> None:
    """Say what each study does to the primary estimand, and whether small studies differ."""
    from poolprop.plan import load
    from poolprop.synthesis.influence import influence as each_study
    from poolprop.synthesis.small_study import small_study as asymmetry

    settings, rows = load(config), read_csv(data)
    write_json(out, each_study(settings, endpoint, rows))
    write_json(small_study, asymmetry(settings, endpoint, rows))


def discrepancy_effects(
    config: Path, endpoint: str, data: Path, alternatives: Path, out: Path
) -> None:
    """Repool each estimand as if each discrepancy of the sources had been decided otherwise."""
    from poolprop.plan import load
    from poolprop.synthesis.discrepancy_effects import effects

    write_json(out, effects(load(config), endpoint, read_csv(data), read_csv(alternatives)))


def safety(config: Path, data: Path, out: Path, table: Path) -> None:
    """Pool adverse events that enough studies share; write JSON and a tidy table."""
    from poolprop.plan import load
    from poolprop.synthesis.safety import safety as pool_events
    from poolprop.synthesis.tidy import safety_table

    record = pool_events(load(config), read_csv(data))
    write_json(out, record)
    write_csv(table, *safety_table(record))


def comparisons(config: Path, data: Path, out: Path, table: Path) -> None:
    """Compare the arms of each two-arm study; write JSON and a tidy table."""
    from poolprop.plan import load
    from poolprop.synthesis.comparisons import comparisons as compare
    from poolprop.synthesis.tidy import comparison_table

    record = compare(load(config), read_csv(data))
    write_json(out, record)
    write_csv(table, *comparison_table(record))


def confidence_curves(config: Path, endpoint: str, data: Path, out: Path, table: Path) -> None:
    """Write the intervals of the primary estimand and its studies at every level."""
    from poolprop.plan import load
    from poolprop.synthesis.confidence import COLUMNS, confidence, curve_rows

    record = confidence(load(config), endpoint, read_csv(data))
    write_json(out, record)
    write_csv(table, COLUMNS, curve_rows(record))
