# Reference values of nested outcomes: continuation ratios are a binomial GLMM of stacked data.
#
#   Rscript tests/reference/nested_outcomes.R > tests/reference/nested_outcomes.csv
#
# Written by R 4.2.2 with lme4 1.1-31. `remission`: remission, and no residual disease among those in
# remission; `ordered`: made up, response, complete response and lasting response in eight studies.
suppressMessages(library(lme4))

sets <- list(
  remission = rbind(c(21, 12, 5), c(110, 91, 75), c(12, 11, 9), c(13, 12, 12)),
  ordered = rbind(c(40, 30, 12, 7), c(55, 46, 30, 11), c(33, 21, 9, 6), c(80, 70, 41, 30),
                  c(25, 12, 4, 1), c(60, 50, 33, 20), c(44, 40, 29, 22), c(30, 19, 11, 3)))

show <- function(...) cat(paste(..., sep = ","), sep = "\n")
number <- function(value) formatC(as.numeric(value), digits = 15, format = "g", width = -1)
control <- glmerControl(optimizer = "bobyqa", optCtrl = list(maxfun = 1e5, rhoend = 1e-10),
                        tolPwrss = 1e-13)

show("dataset", "effects", "quantity", "value")
for (name in names(sets)) {
  table <- sets[[name]]
  for (i in seq_len(nrow(table))) for (j in seq_len(ncol(table)))
    show(name, "data", paste(i, j, sep = "."), table[i, j])
  stages <- ncol(table) - 1
  stacked <- do.call(rbind, lapply(seq_len(stages), function(s) data.frame(
    x = table[, s + 1], n = table[, s], stage = factor(s, levels = seq_len(stages)),
    study = factor(seq_len(nrow(table))))))
  shared <- glmer(cbind(x, n - x) ~ 0 + stage + (1 | study), data = stacked, family = binomial,
                  nAGQ = 100, control = control)
  for (s in seq_len(stages)) show(name, "shared", paste0("beta", s), number(fixef(shared)[s]))
  show(name, "shared", "tau", number(attr(VarCorr(shared)$study, "stddev")))
  for (s in seq_len(stages)) {
    part <- stacked[stacked$stage == s, ]
    fit <- glmer(cbind(x, n - x) ~ 1 + (1 | study), data = part, family = binomial, nAGQ = 100,
                 control = control)
    show(name, "separate", paste0("beta", s), number(fixef(fit)))
    show(name, "separate", paste0("tau", s), number(attr(VarCorr(fit)$study, "stddev")))
  }
}
