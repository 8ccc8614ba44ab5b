"""Certainty of the evidence: a summary of findings, and the reasons domain by domain."""

from __future__ import annotations

from collections.abc import Callable

from poolprop.formats import plural
from poolprop.report import grade, prose
from poolprop.report.blocks import Folded, Part
from poolprop.report.context import Context, Section
from poolprop.report.formats import MISSING, plain
from poolprop.report.tables import table, texts
from poolprop.report.values import (
    Piece,
    Record,
    Sentence,
    join,
    listing,
    policy_of,
    quote,
    quote_range,
    separated,
)
from poolprop.sentences import FACTS, pieces

# What a judgement keeps of the data that it was made on.
COUNTS = ("k", "events", "total")


def section(context: Context) -> Section | None:
    """Return the section; None without the result file or any estimate."""
    record = context.results.certainty
    found = [one for one in record.get("assessments", []) if one["facts"]["k"]]
    if not found:
        return None
    body = (*_about(record, found), *(_assessment(context, one) for one in found))
    return Section(id="certainty", title="Certainty of the evidence", body=body)


def _about(record: Record, found: list[Record]) -> list[str]:
    if not any(one["judged"] for one in found):
        return [
            "Nobody has judged the certainty of this evidence: the table certainty.csv of this "
            "review is missing or empty. What the results themselves say of each domain follows."
        ]
    start = record["start"]
    lines = [
        "Judged by the domains of GRADE for evidence about prognosis (Iorio et al. 2015, BMJ "
        f"350:h870): proportions of single groups start at {grade.WORDS[start]}, and each domain "
        "may lower the rating. The judgements stand in the table certainty.csv; what stands under "
        "“What the results show” was computed."
    ]
    used = dict.fromkeys(one["level"] for one in found if one["level"])
    lines += [f"{grade.signs(one)} {grade.WORDS[one]}: {grade.MEANING[one]}." for one in used]
    if any(one["moved"] for one in found):
        lines.append(
            "A judgement marked as judged on earlier data stands as it was made; the data have "
            "changed since, and nobody has read its reason again."
        )
    if any(not one["judged"] for one in found):
        lines.append("Where a level is missing nobody judged.")
    return lines


def _assessment(context: Context, one: Record) -> Part | Folded:
    """Return the domains of an estimand: open where it is what a primary outcome asks for."""
    name = f"{one['endpoint']}-{one['estimand']}"
    title = f"{one['endpoint_label']}: {one['label']}"
    judged = {domain["domain"]: domain for domain in one["domains"]}
    people = context.settings.review.participants
    fields = (
        texts("Domain", lambda key: grade.DOMAINS[key]),
        texts("Judgement", lambda key: _judgement(judged.get(key))),
        texts("What the results show", lambda key: SHOWN[key](one, people), room="long"),
        texts("Reason for the judgement",
              lambda key: _reason(one, key) if key in judged else MISSING, room="longest"),
    )  # fmt: skip
    domains = table(
        f"table-certainty-{name}", title, grade.DOMAINS, fields,
        anchor=lambda key: judged[key]["id"] if key in judged else "",
    )  # fmt: skip
    heading = f"{title}: {grade.spelled(one)}"
    if one["estimand"] == "primary" and not context.settings.endpoints[one["endpoint"]].secondary:
        return Part(f"certainty-{name}", heading, (domains,))
    return Folded(domains, heading)


def _judgement(judged: Record | None) -> str:
    if judged is None:
        return MISSING
    taken = judged["downgrade"]
    return grade.JUDGEMENTS[judged["judgement"]] + (f" (−{taken})" if taken else "")


def _reason(one: Record, key: str) -> Sentence:
    """Return the reason with its figures filled in, and on which data it was given if on others."""
    place = next(i for i, domain in enumerate(one["domains"]) if domain["domain"] == key)
    domain = one["domains"][place]
    parts: list[Piece | Sentence] = []
    if domain["moved"]:
        counts = (quote(one, f"domains.{place}.judged_on.{n}", "count") for n in COUNTS)
        k, events, total = counts
        parts = [f"{grade.EARLIER.capitalize()} (k = ", k, ", ", events, "/", total]
        if domain["judged_on"]["ci"] is not None:
            parts += ["; ", quote_range(one, f"domains.{place}.judged_on.ci")]
        parts.append("): ")
    for text, field in pieces(domain["reason"]):
        parts.append(text)
        if field:
            parts.append(quote(one, f"facts.{field}", FACTS.get(field, "count")))
    return join(*parts)


def _risk_of_bias(one: Record, people: str) -> Sentence:
    mix = one["facts"]["risk_of_bias"]
    if not mix:
        return ("Risk of bias was not assessed.",)
    items = [
        join(
            f"{plain(level['level']).lower()} ",
            quote(one, f"facts.risk_of_bias.{i}.share", "share"),
        )
        for i, level in enumerate(mix)
    ]
    text = join(f"Share of the {people} by overall risk of bias: ", separated(items, ", "), ".")
    late = one["facts"]["retrospective"]
    if not late:
        return text
    return join(text, " ", quote(one, "facts.retrospective", "count"),
                f" {plural(late, 'arm')} retrospective.")  # fmt: skip


def _inconsistency(one: Record, people: str) -> Sentence:
    facts = one["facts"]
    if facts["k"] == 1:
        return ("One study cannot show how much studies differ.",)
    low, high = quote(one, "facts.lowest", "points"), quote(one, "facts.highest", "percent")
    text = join("Studies from ", low, " to ", high)
    if facts["tau"] is not None:
        text = join(text, "; τ = ", quote(one, "facts.tau", "number"))
    if facts["prediction"] is not None:
        text = join(text, "; prediction interval ", quote_range(one, "facts.prediction"))
    return join(text, ".")


def _indirectness(one: Record, people: str) -> Sentence:
    facts, parts = one["facts"], []
    for m, mix in enumerate(facts["mixes"]):
        shares = [
            join(f"{level['label']} ", quote(one, f"facts.mixes.{m}.levels.{i}.share", "share"))
            for i, level in enumerate(mix["levels"])
        ]
        parts.append(join(f"{mix['label']}: ", separated(shares, ", "), ". "))
    if facts["k"] > 1:
        parts.append(
            join("The largest study brings ", quote(one, "facts.largest_share", "share"),
                 f" of the {people}. ")
        )  # fmt: skip
    if facts["not_as_reported"]:
        count = quote(one, "facts.not_as_reported", "count")
        of = quote(one, "facts.k", "count")
        parts.append(join(count, " of ", of, " figures derived or harmonised, not as reported."))
    return join(*parts) if parts else (MISSING,)


def _imprecision(one: Record, people: str) -> Sentence:
    total, studies = quote(one, "facts.total", "count"), quote(one, "facts.studies", "count")
    word = plural(one["facts"]["studies"], "study")
    text = join(
        total, f" {people} in ", studies, f" {word}; the interval is ",
        quote(one, "facts.ci_width", "points"), f"{prose.differing(one)} wide",
    )  # fmt: skip
    within = [t["at"] for t in one["facts"]["thresholds"] if t["in_ci"]]
    if not within:
        return join(text, " and holds none of the plan's thresholds.")
    names = listing([policy_of(one).stated(at) for at in within])
    return join(text, f" and holds the {plural(len(within), 'threshold')} ", names, ".")


def _publication_bias(one: Record, people: str) -> Sentence:
    k = one["facts"]["k"]
    word = plural(k, "study")
    return join(quote(one, "facts.k", "count"), f" {word}. ", prose.funnel(k))


SHOWN: dict[str, Callable[[Record, str], Sentence]] = {
    "risk_of_bias": _risk_of_bias,
    "inconsistency": _inconsistency,
    "indirectness": _indirectness,
    "imprecision": _imprecision,
    "publication_bias": _publication_bias,
}
