"""A pooled result as its readers want it: in words, and under the names that other packages use.

pandas is imported when a frame is asked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from poolprop.errors import EstimationError
from poolprop.formats import Policy, count, counted, level, number, part, policy_for, share
from poolprop.stats.answers.shown import html_table, p_words
from poolprop.stats.fits.one_proportion import study_intervals


class Pooled:
    """Texts and tables of a pooled proportion."""

    __slots__ = ()

    def update(self: Any, **changes: Any) -> Any:
        """Return the result of the same studies with other options.

        >>> import poolprop as pp
        >>> pp.pool([12, 91, 11, 12], [21, 110, 12, 13]).update(model="two-step").tau2_method
        'REML'
        """
        if self.given is None:
            raise EstimationError("the studies of this result are not known", where="update",
                                  hint="Call the function again, as poolprop.pool.")  # fmt: skip
        return self.given.again(**changes)

    def conf_int(self: Any, alpha: float | None = None) -> tuple[float, float]:
        """Return the confidence interval of the proportion, at ``1 - alpha`` where it is given.

        >>> import poolprop as pp
        >>> lower, upper = pp.pool([12, 91, 11, 12], [21, 110, 12, 13]).conf_int(alpha=0.1)
        >>> round(lower, 3), round(upper, 3)
        (0.606, 0.951)
        """
        fit = self if alpha is None else self.update(level=1 - alpha)
        return fit.ci.lower, fit.ci.upper

    def predict(self: Any) -> Any:
        """Return proportion, confidence and prediction interval as a DataFrame of one row."""
        import pandas as pd

        return pd.DataFrame([_limits(self)], index=["pooled"])

    def summary_frame(self: Any) -> Any:
        """Return the studies with their exact intervals and weights, and the pooled value below.

        >>> import poolprop as pp
        >>> fit = pp.pool([12, 91, 11], [21, 110, 12], study=["Larch", "Maple", "Rowan"])
        >>> fit.summary_frame()["proportion"].round(2).to_dict()
        {'Larch': 0.57, 'Maple': 0.83, 'Rowan': 0.92, 'pooled': 0.78}
        """
        import pandas as pd

        pooled = {"events": self.events, "total": self.total} | _limits(self) | {"weight": 1.0}
        columns = self.given.columns if self.given else {}
        if "events" not in columns:
            return pd.DataFrame([pooled], index=["pooled"])
        x, n = columns["events"], columns["total"]
        lower, upper = study_intervals(x, n, "clopper-pearson", self.level)
        names = self.given.names or [f"study {i + 1}" for i in range(len(x))]
        studies = pd.DataFrame(
            {
                "events": x.astype(int),
                "total": n.astype(int),
                "proportion": x / n,
                "ci_lower": lower,
                "ci_upper": upper,
                "weight": self.weights,
            },
            index=pd.Index(names, name="study"),
        )
        row = pd.DataFrame([pooled], index=pd.Index(["pooled"], name="study"))
        return pd.concat([studies, row])

    def __repr__(self: Any) -> str:
        """Return one line; :meth:`summary` says more, :meth:`to_dict` everything."""
        return f"<PoolResult {self.told(policy_of([self]))}, {self._studies()}, {self.model}>"

    def _studies(self: Any) -> str:
        number = counted(self.k, "study")
        if self.studies is not None:
            rows = f"{self.k:,} rows taken as independent"
            number = f"{counted(self.studies, 'study', 'studies')} ({rows})"
        return f"{number}, {self.counts()}"

    def counts(self: Any) -> str:
        """Return the counts as text, or that there are none."""
        if self.events is None or self.total is None:
            return "without counts"
        return part(self.events, self.total)

    def policy(self: Any, scale: str = "auto", digits: int | str = "auto") -> Policy:
        """Return how its proportions are written; arguments as for :meth:`summary`."""
        return policy_of([self], scale, digits)

    def heterogeneity(self: Any) -> str:
        """Return tau2, I2 and Q as text; empty where nothing was pooled."""
        if self.k < 2:
            return ""
        spread, of = self.spread, level(self.level)
        ends = f"; {of} {_ends(spread.tau2_ci, number)}" if spread else ""
        parts = [f"tau2 {number(self.tau2)} ({self.estimate_scale}{ends})"]
        if self.i2 is not None:
            ends = f"; {of} {_ends(spread.i2_ci, share)}" if spread else ""
            parts.append(f"I2 {share(self.i2)} ({self.i2_definition}{ends})")
        if spread:
            parts.append(f"their intervals: {spread.method}")
        if self.q is not None and self.q_p is not None:
            parts.append(f"Q {number(self.q)} on {self.q_df} df, {p_words(self.q_p)}")
        return "; ".join(parts)

    def share(self: Any, policy: Policy) -> str:
        """Return the proportion as text, with its unit."""
        return policy.value(self.proportion, self.ci.lower, self.ci.upper)

    def limits(self: Any, policy: Policy) -> str:
        """Return the confidence interval as text, without its unit."""
        return policy.interval(self.ci.lower, self.ci.upper, self.proportion, dash=" to ")

    def told(self: Any, policy: Policy) -> str:
        """Return estimate and interval as text: ``81% (95% CI 50 to 97)``."""
        return f"{self.share(policy)} ({level(self.level)} CI {self.limits(policy)})"

    def headline(self: Any, policy: Policy) -> str:
        """Return estimate, interval and counts as a line; of one study its counts come first."""
        if self.k == 1:
            return f"Proportion of the one study {self.counts()}: {self.told(policy)}"
        return f"Pooled proportion {self.told(policy)}; {self._studies()}"

    def summary(self: Any, scale: str = "auto", digits: int | str = "auto") -> str:
        """Return the result as lines of text: estimate, method, prediction interval, notes.

        Parameters
        ----------
        scale : str
            ``percent``, ``per_1000``, ``per_10000``, ``per_100000``, or ``auto``: the one that
            the counts ask for.
        digits : int or "auto"
            Decimals on that scale; ``auto``: as many as the interval carries.
        """
        policy = policy_of([self], scale, digits)
        lines = [self.headline(policy), self.method]
        if self.prediction is not None:
            limits = self.prediction.on_scale(policy)
            lines.append(f"Prediction interval {limits} ({self.prediction_method})")
        lines += filter(None, [self.heterogeneity()])
        return "\n".join([*lines, *self.notes])

    def _repr_html_(self: Any) -> str:
        policy, of = policy_of([self]), level(self.level)
        rows = [
            ("Studies", count(self.k)),
            ("Events / total", self.counts()),
            ("Proportion", self.share(policy)),
            (f"{of} confidence interval", f"{self.limits(policy)}{policy.unit}"),
        ]
        if self.prediction is not None:
            rows.append((f"{of} prediction interval", self.prediction.on_scale(policy)))
        if self.k > 1:
            rows.append(("tau2", number(self.tau2)))
        if self.i2 is not None:
            rows.append(("I2", share(self.i2)))
        rows += [("Method", self.method), *(("Note", note) for note in self.notes)]
        return html_table("Pooled proportion", [(name, [value]) for name, value in rows])


def _limits(fit: Any) -> dict[str, float | None]:
    ends = fit.prediction
    return {
        "proportion": fit.proportion, "ci_lower": fit.ci.lower, "ci_upper": fit.ci.upper,
        "prediction_lower": ends.lower if ends else None,
        "prediction_upper": ends.upper if ends else None,
    }  # fmt: skip


def policy_of(results: Iterable[Any], scale: str = "auto", digits: int | str = "auto") -> Policy:
    """Return how the proportions of results that stand together are written."""
    found = list(results)
    if any(one.events is None for one in found):  # proportions without counts
        return policy_for((one.proportion for one in found), [len(found)], scale, digits)
    events, total = (one.events or 0 for one in found), (one.total or 0 for one in found)
    return policy_for(events, total, scale, digits)


def _ends(interval: Any, words: Callable[[float], str]) -> str:
    """Return an interval as text; one without an upper end as ``above``."""
    if math.isinf(interval.upper):
        return f"above {words(interval.lower)}"
    return f"{words(interval.lower)} to {words(interval.upper)}"
