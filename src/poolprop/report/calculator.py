"""A page on which anyone pools counts of their own: the report's engine without a review."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from poolprop._version import __version__
from poolprop.plan.models import Bayes, Model
from poolprop.plan.stages import Rules
from poolprop.report.explore import options
from poolprop.report.render import ENGINE, digests, static

STYLES = ("tokens", "base", "plots", "filters", "calculator")
SCRIPTS = ("formats", *ENGINE, "facts", "page", "explore-draw", "explore-pool", "calculator")
EXAMPLE = "Study\tEvents\tTotal\nOak\t12\t21\nMaple\t91\t110\nLarch\t11\t12\nElm\t12\t13\n"
# What tells the file from any other.
TITLE = b"<title>Pool proportions</title>"
EMPTY = ("columns", "texts", "results", "fields", "names", "about", "hashes")
INTERVALS = {"small-lr": "likelihood-ratio (for few studies)"}


def calculator(source: Path) -> str:
    """Return the page as one HTML document that needs nothing else.

    ``source`` is the ``report/`` folder. The same text at every call: model, level and
    priors are the defaults of a plan.
    """
    model, rules, bayes = Model(), Rules(), Bayes()
    told = options(model, 0.95, rules, bayes)
    explore = {"options": told, "study": "clopper-pearson", "wide": rules.uninformative_width}
    island: dict[str, Any] = {name: [] for name in EMPTY}
    island |= {"rows": {}, "jobs": {}, "explore": explore}
    style = "".join(static(source, f"css/{name}.css") for name in STYLES)
    script = "".join(static(source, f"js/{name}.js") for name in SCRIPTS)
    env = Environment(
        loader=FileSystemLoader(source / "templates"), autoescape=True, undefined=StrictUndefined
    )
    return env.get_template("calculator.html.j2").render(
        style=Markup(style),
        script=Markup(script),
        island=Markup(json.dumps(island, sort_keys=True)),
        policy=digests([style], [script]),
        version=__version__,
        example=EXAMPLE,
        interval=INTERVALS[model.ci],
        few=rules.bayesian_up_to,
        scale=f"{bayes.tau_prior.scale:g}",
    )
