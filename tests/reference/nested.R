# Reference values of regressions of rows nested in studies: metafor's rma.mv and lme4's glmer.
#
#   Rscript tests/reference/nested.R > tests/reference/nested.csv
#
# Written by R 4.2.2 with metafor 3.8-1 and lme4 1.1-31. `grades`: three grades of the same patients
# in five studies (all within-study variance 0 once grades are told apart); `doses`: made up, both
# variances positive. glmer integrates exactly over one random effect only, so its values stand for
# the sets where the other variance is 0.
suppressMessages({library(metafor); library(lme4)})

sets <- list(
  grades = data.frame(
    events = c(2, 3, 3, 4, 1, 0, 29, 13, 4, 7, 4, 1, 7, 2, 1),
    total = rep(c(25, 19, 101, 32, 50), each = 3),
    x = rep(c("minor", "major", "deadly"), 5), study = rep(letters[1:5], each = 3)),
  doses = data.frame(
    events = c(9, 15, 24, 30, 41, 44, 20, 16, 41, 44, 5, 14, 12, 22),
    total = c(100, 110, 95, 80, 75, 85, 60, 66, 50, 47, 90, 88, 70, 71),
    x = c(1, 2, 4, 1, 3, 4, 2, 1, 1, 2, 1, 3, 2, 4),
    study = c("a", "a", "a", "b", "b", "b", "c", "c", "d", "d", "e", "e", "f", "f")))

show <- function(...) cat(paste(..., sep = ","), sep = "\n")
number <- function(value) formatC(as.numeric(value), digits = 15, format = "g", width = -1)
tight <- list(optimizer = "optim", optmethod = "Nelder-Mead", reltol = 1e-16, maxit = 1e4)
best <- function(es, method, mods = ~ 1) {
  found <- NULL
  for (start in list(c(0.5, 0.5), c(1, 0.05), c(0.05, 1))) for (search in list(
    list(optimizer = "nlminb"), tight, modifyList(tight, list(optmethod = "BFGS")), tight)) {
    at <- if (is.null(found)) start else pmax(found$sigma2, 1e-12)
    fit <- tryCatch(rma.mv(yi, vi, mods = mods, random = ~ 1 | study / row, data = es,
                           method = method, control = c(search, list(sigma2.init = at))), error = function(e) NULL)
    if (!is.null(fit) && (is.null(found) || logLik(fit) > logLik(found))) found <- fit
  }
  found
}

show("dataset", "model", "method", "quantity", "value")
for (name in names(sets)) {
  data <- sets[[name]]; data$row <- factor(seq_len(nrow(data)))
  for (i in seq_len(nrow(data)))
    for (column in c("events", "total", "x", "study")) show(name, "data", i, column, data[i, column])
  es <- escalc(measure = "PLO", xi = events, ni = total, data = data, add = 0.5, to = "only0")
  for (method in c("REML", "ML")) {
    fit <- best(es, method, ~ x)
    put <- function(quantity, value)
      for (i in seq_along(value)) show(name, "two-step", method, paste0(quantity, i), number(value[i]))
    put("beta", fit$beta); put("se", fit$se); put("tau2", fit$sigma2); put("loglik", logLik(fit))
    put("qm", fit$QM); put("qmp", fit$QMp); put("qe", fit$QE); put("qep", fit$QEp)
    put("lower", fit$ci.lb); put("upper", fit$ci.ub)
  }
  fit <- best(es, "REML")
  cook <- sapply(unique(data$study), function(one) {
    left <- best(es[es$study != one, ], "REML")
    (fit$beta[1] - left$beta[1])^2 / fit$vb[1, 1]
  })
  for (i in seq_along(cook)) show(name, "three-level", "REML", paste0("cook", i), number(cook[i]))
}

control <- glmerControl(optimizer = "bobyqa", optCtrl = list(maxfun = 1e5, rhoend = 1e-10),
                        tolPwrss = 1e-13)
exact <- function(name, formula, method) {
  data <- sets[[name]]; data$row <- factor(seq_len(nrow(data)))
  fit <- glmer(formula, data = data, family = binomial, nAGQ = 25, control = control)
  put <- function(quantity, value)
    for (i in seq_along(value)) show(name, "glmm", method, paste0(quantity, i), number(value[i]))
  put("beta", fixef(fit)); put("tau2", unlist(VarCorr(fit)))
  fit
}
full <- exact("grades", cbind(events, total - events) ~ x + (1 | study), "study")
exact("grades", cbind(events, total - events) ~ 1 + (1 | row), "row") -> null
