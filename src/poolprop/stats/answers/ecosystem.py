"""What users of statsmodels and metafor ask of a pooled result, under the names they know.

pandas is imported when one of them is called.
"""

from __future__ import annotations

from typing import Any

from poolprop.errors import EstimationError
from poolprop.stats.fits.one_proportion import study_intervals


class Pooled:
    """Methods of a pooled proportion: ``conf_int``, ``predict``, ``summary_frame``, ``update``."""

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
            {"events": x.astype(int), "total": n.astype(int), "proportion": x / n,
             "ci_lower": lower, "ci_upper": upper, "weight": self.weights},
            index=pd.Index(names, name="study"),
        )  # fmt: skip
        row = pd.DataFrame([pooled], index=pd.Index(["pooled"], name="study"))
        return pd.concat([studies, row])


def _limits(fit: Any) -> dict[str, float | None]:
    ends = fit.prediction
    return {
        "proportion": fit.proportion, "ci_lower": fit.ci.lower, "ci_upper": fit.ci.upper,
        "prediction_lower": ends.lower if ends else None,
        "prediction_upper": ends.upper if ends else None,
    }  # fmt: skip
