"""Which reference keys a batched method answers, from which studies, and which none can."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from rows import Dataset

CI = {"z": "wald", "t": "t", "knha": "hksj", "adhoc": "hksj-adhoc"}
META = {"classic": "wald", "HK": "hksj", "KR": "kr"}
MODEL = {"beta": "estimate", "se": "se", "tau2": "tau2", "logLik": "loglik"}
SHARE = {"bt.est": "proportion"}
SHARES = SHARE | {"bt.ci.lb": "ci_lower", "bt.ci.ub": "ci_upper"}
# R does not cut proportions of PR and PLN off at 0 and 1; we do.
BOUNDED = ("PLO", "PAS", "PFT")
# meta corrects empty cells of other measures in its own way.
SM = {"PLOGIT": "PLO", "PAS": "PAS", "PFT": "PFT"}
ESTIMATORS = "DL|HE|HS|SJ|ML|REML|EB|PM"


@dataclass(frozen=True)
class Asked:
    """A method, the columns that hold quantities, and which studies a quantity is of.

    ``studies`` takes the data set and what stands in brackets after the quantity, or ``""``, and
    returns which studies to pool.
    """

    method: str
    columns: dict[str, str]
    studies: Callable[[Dataset, str], np.ndarray] = field(
        default=lambda data, _: np.ones(data.k, dtype=bool)
    )
    constant: bool = False  # R's REML log-likelihood lacks log(k) / 2

    def column(self, quantity: str) -> tuple[str, str] | None:
        """Return the column of a quantity, and what stands in its brackets."""
        name, bracket = re.fullmatch(r"(.*?)(?:\[(.*)\])?", quantity).groups()
        return (self.columns[name], bracket or "") if name in self.columns else None


def level(data: Dataset, name: str) -> np.ndarray:
    return np.array([group == name for group in data.group])


def level_if_any(data: Dataset, name: str) -> np.ndarray:
    return level(data, name) if name else np.ones(data.k, dtype=bool)


def without(data: Dataset, number: str) -> np.ndarray:
    return np.arange(1, data.k + 1) != int(number)


def first(data: Dataset, number: str) -> np.ndarray:
    return np.arange(1, data.k + 1) <= int(number)


def _measured(measure: str, tau2: str, ci: str | None) -> Asked:
    model = "common" if tau2 == "EE" else "two-step"
    columns = MODEL if ci is None else {"se": "se"}
    if measure in BOUNDED:
        columns = columns | (SHARE if ci is None else SHARES)
    return Asked(f"{model}|{measure}|{tau2}|{CI[ci or 'z']}", columns)


def _exact(measure: str, tau2: str, name: str | None) -> Asked:
    return Asked(
        f"two-step|{measure}|{tau2}|wald",
        MODEL,
        (lambda data, _: level(data, name)) if name else (lambda data, _: first(data, str(data.k))),
        constant=tau2 == "REML",
    )


def _path(studies: Callable[[Dataset, str], np.ndarray]) -> Callable[..., Asked]:
    columns = {"estimate": "estimate", "beta": "estimate", "se": "se", "tau2": "tau2"}
    return lambda method: Asked(method, columns, studies)


def _meta(sm: str, ci: str) -> Asked:
    method = f"two-step|{SM[sm]}|REML|{META[ci]}"
    return Asked(method, {"TE.random": "estimate", "seTE.random": "se", "tau2": "tau2"})


def _meta_groups(sm: str, ci: str) -> Asked:
    whole = _meta(sm, ci)
    levels = {f"{name}.w": column for name, column in whole.columns.items()}
    shares = {"bt.est": "proportion", "bt.lower": "ci_lower", "bt.upper": "ci_upper"}
    return Asked(whole.method, whole.columns | levels | shares, level_if_any)


def _meta_glmm(_: str | None = None) -> Asked:
    columns = {"TE.random": "estimate", "seTE.random": "se", "tau2": "tau2"}
    levels = {f"{name}.w": column for name, column in columns.items()}
    shares = {"bt.est": "proportion", "bt.lower": "ci_lower", "bt.upper": "ci_upper"}
    return Asked("glmm|logit|ML|wald", columns | levels | shares, level_if_any)


GLMM = MODEL | SHARE
PLANS: dict[str, Callable[..., Asked]] = {
    rf"rma\|(\w+)\|(EE|{ESTIMATORS})(?:\|(z|knha|adhoc))?": _measured,
    rf"rma_default\|(\w+)\|({ESTIMATORS})": lambda measure, tau2: _measured(measure, tau2, None),
    r"rma_exact\|(\w+)\|(ML|REML|PM)(?:\|sub=(.*))?": _exact,
    r"leave1out\|(PLO)\|(REML)": lambda m, t: _path(without)(f"two-step|{m}|{t}|wald"),
    r"cumul\|(PLO)\|(REML)": lambda m, t: _path(first)(f"two-step|{m}|{t}|wald"),
    r"leave1out\|glmm_exact": lambda: _path(without)("glmm|logit|ML|wald"),
    r"metaprop\|(PLOGIT|PAS|PFT)\|Inverse\|REML\|(classic|HK|KR)": _meta,
    r"sub\|(PLOGIT|PAS|PFT)\|Inverse\|REML\|sep\|(classic|HK)": _meta_groups,
    r"sub\|PLOGIT\|GLMM\|sep": _meta_glmm,
    r"metaprop\|PLOGIT\|GLMM": _meta_glmm,
    r"glmm_exact\|ML": lambda: Asked(
        "glmm|logit|ML|profile", GLMM | {"bt.pl.lb": "ci_lower", "bt.pl.ub": "ci_upper"}
    ),
    r"glmm_exact\|sub=(.*)": lambda name: Asked(
        "glmm|logit|ML|wald", GLMM | SHARES, lambda data, _: level(data, name)
    ),
    r"glmm_lme4tight\|ML": lambda: Asked("glmm|logit|ML|wald", MODEL),
    r"glmm\|ML(?:\|(z|t))?": lambda ci: Asked(
        f"glmm|logit|ML|{CI[ci or 'z']}",
        SHARES | {"se": "se"} if ci else {"beta": "estimate", "tau2": "tau2"} | SHARE,
    ),
    r"betabinom\|ML": lambda: Asked(
        "beta-binomial|logit|ML|wald",
        {"mu.logit": "estimate", "mean": "proportion", "logLik": "loglik", "se": "se"} | SHARES,
    ),
}
# Keys that no batched method answers, and why.
SINGLE = {
    r"escalc\|.*|ci(_own|_plogit)?\|.*": "of one study each; nothing is pooled",
    r"rma\|\w+\|\w+\|(confintQP|confintPL|predRiley)": "tau2's interval and prediction: single",
    r"metaprop\|(PRAW|PLN)\|.*|sub\|(PRAW|PLN)\|.*": "meta's own corrections of empty cells",
    r"sub\|.*\|common(\|.*)?": "levels that share tau2 are one model, not several data sets",
    r"glmm\|EE(\|(z|t))?": "the GLMM without tau has no batched method",
    r"reg(_exact)?\|.*": "meta-regression has one design a data set",
    r"(influence|baujat|rstandard|rstudent|weights|blup)\|.*": "of each study in one data set",
    r"(regtest|ranktest|metabias|trimfill)\|.*": "tests of small-study effects",
    r"(robust|hc)\|.*": "intervals that only the single engine has",
}


def asked(key: str) -> Asked | None:
    """Return how a reference key is answered in batch, or None."""
    for pattern, plan in PLANS.items():
        match = re.fullmatch(pattern, key)
        if match:
            return plan(*match.groups())
    return None


def single(key: str) -> str | None:
    """Return why a reference key is answered by the single engine alone, or None."""
    return next((why for pattern, why in SINGLE.items() if re.fullmatch(pattern, key)), None)
