"""A script in R that recomputes every pooled result and needs nothing of ours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from poolprop.crosscheck.tasks import Task

ENGINE = Path(__file__).with_name("reproduce.R")
HEAD = """\
# Every pooled result of this review, recomputed in R without any code of poolprop. Of more than
# twelve results without one study each, those that change most.
#
#   Rscript reproduce.R              prints id, field and value as CSV
#   Rscript reproduce.R out.csv      writes them to a file
#
# Needs R and the package metafor, and nothing else.
if (!requireNamespace("metafor", quietly = TRUE)) stop("install the package metafor first")
"""
RUN = """\
answer <- function(i) {
  task <- as.list(tasks[i, ])
  data <- counts[[task$data]]
  found <- tryCatch(
    suppressWarnings(reproduce(task, data$x, data$n)),
    error = function(e) {
      message(task$id, ": ", conditionMessage(e))
      list(proportion = NaN)
    }
  )
  data.frame(field = names(found), value = sprintf("%.15g", unlist(found)))
}
# What several results ask alike is computed once.
asked <- do.call(paste, tasks[names(tasks) != "id"])
answers <- sapply(which(!duplicated(asked)), answer, simplify = FALSE)
names(answers) <- unique(asked)
target <- commandArgs(trailingOnly = TRUE)
versions <- data.frame(
  id = c("R", "metafor"), field = "version",
  value = c(paste(R.version$major, R.version$minor, sep = "."),
            as.character(packageVersion("metafor")))
)
write.csv(
  rbind(versions, do.call(rbind, Map(cbind, id = tasks$id, answers[asked]))),
  if (length(target)) target[1] else stdout(), row.names = FALSE, quote = FALSE
)
"""


def script(tasks: Sequence[Task]) -> str:
    """Return the script: functions, counts, list of results, and the loop over them."""
    sets = list(dict.fromkeys((task.events, task.total) for task in tasks))
    number = {key: position + 1 for position, key in enumerate(sets)}
    data = ",\n".join(
        f"  list(x = {_vector(events)}, n = {_vector(total)})" for events, total in sets
    )
    columns = {
        "id": _texts(task.id for task in tasks),
        "model": _texts(task.model for task in tasks),
        "measure": _texts(task.measure for task in tasks),
        "tau2": _texts(task.tau2 for task in tasks),
        "ci": _texts(task.ci for task in tasks),
        "level": f"c({', '.join(f'{task.level:g}' for task in tasks)})",
        "data": _vector([number[task.events, task.total] for task in tasks]),
    }
    frame = ",\n".join(f"  {name} = {values}" for name, values in columns.items())
    return "\n".join(
        (
            HEAD,
            ENGINE.read_text("utf-8"),
            f"# Events and totals of each data set.\ncounts <- list(\n{data}\n)\n",
            f"# The results.\ntasks <- data.frame(\n{frame}\n)\n",
            RUN,
        )
    )


def _vector(numbers: Iterable[int]) -> str:
    return f"c({', '.join(str(number) for number in numbers)})"


def _texts(words: Iterable[str]) -> str:
    """Return a character vector; ids and model names hold no quote or backslash."""
    listed = ",\n    ".join(f'"{word}"' for word in words)
    return f"c(\n    {listed}\n  )"
