# Reference values of the three-level model, by metafor's rma.mv.
#
#   Rscript tests/reference/three_level.R > tests/reference/three_level.csv
#
# Written by R 4.2.2 with metafor 3.8-1. The counts are made up for what they show (an ordinary
# set, empty cells, all variance between studies, all within); the output lists them.
suppressMessages(library(metafor))

sets <- list(
  arms = data.frame(
    events = c(12, 91, 11, 12, 4, 30, 22, 7, 9, 15, 3, 18),
    total = c(21, 110, 12, 13, 16, 41, 50, 19, 12, 44, 9, 25),
    study = c("a", "a", "b", "b", "c", "d", "d", "d", "e", "f", "f", "g")),
  empty = data.frame(
    events = c(0, 3, 1, 0, 5, 2, 8, 0, 1, 6),
    total = c(10, 22, 15, 8, 31, 19, 40, 12, 9, 28),
    study = c("a", "a", "b", "b", "b", "c", "d", "d", "e", "e")),
  apart = data.frame(
    events = c(9, 11, 10, 60, 55, 62, 20, 24, 41, 38, 5, 4),
    total = c(100, 110, 95, 80, 75, 85, 60, 66, 50, 47, 90, 88),
    study = c("a", "a", "a", "b", "b", "b", "c", "c", "d", "d", "e", "e")),
  within = data.frame(
    events = c(5, 45, 20, 35, 8, 41, 12, 44, 25, 6),
    total = c(50, 52, 48, 51, 49, 50, 47, 53, 50, 46),
    study = c("a", "a", "b", "b", "c", "c", "d", "d", "e", "e")))

show <- function(...) cat(paste(..., sep = ","), sep = "\n")
number <- function(value) formatC(as.numeric(value), digits = 15, format = "g", width = -1)
# rma.mv optimises log(sigma2); each search goes on from where the one before it ended.
searches <- list(list(optimizer = "nlminb"),
                 list(optimizer = "optim", optmethod = "Nelder-Mead", reltol = 1e-16, maxit = 1e4),
                 list(optimizer = "optim", optmethod = "BFGS", reltol = 1e-16, maxit = 1e4),
                 list(optimizer = "optim", optmethod = "Nelder-Mead", reltol = 1e-16, maxit = 1e4))

show("dataset", "measure", "method", "quantity", "value")
for (name in names(sets)) {
  data <- sets[[name]]
  data$row <- seq_len(nrow(data))
  for (i in data$row) {
    show(name, "data", data$study[i], "events", data$events[i])
    show(name, "data", data$study[i], "total", data$total[i])
  }
  for (measure in c("PLO", "PAS", "PR")) for (method in c("REML", "ML")) {
    es <- escalc(measure = measure, xi = events, ni = total, data = data)
    best <- NULL
    for (start in list(c(0.5, 0.5), c(1, 0.05), c(0.05, 1), c(0.02, 0.02))) {
      at <- start
      for (search in searches) {
        # A search that finds nothing to gain ends with an error (a degenerate simplex).
        fit <- tryCatch(
          rma.mv(yi, vi, random = ~ 1 | study / row, data = es, method = method,
                 control = c(search, list(sigma2.init = pmax(at, 1e-12)))),
          error = function(e) NULL)
        if (is.null(fit)) next
        at <- fit$sigma2
        if (is.null(best) || logLik(fit) > logLik(best)) best <- fit
      }
    }
    fit <- best
    pi <- predict(fit)
    put <- function(quantity, value) show(name, measure, method, quantity, number(value))
    put("beta", fit$beta[1]); put("se", fit$se)
    put("tau2.study", fit$sigma2[1]); put("tau2.row", fit$sigma2[2])
    put("logLik", logLik(fit)); put("QE", fit$QE); put("QEp", fit$QEp)
    put("z.ci.lb", fit$ci.lb); put("z.ci.ub", fit$ci.ub)
    put("z.pi.lb", pi$pi.lb); put("z.pi.ub", pi$pi.ub)
    half <- qt(0.975, fit$s.nlevels[1] - 1) * fit$se
    put("t.ci.lb", fit$beta[1] - half); put("t.ci.ub", fit$beta[1] + half)
    w <- 1 / es$vi
    typical <- (fit$k - 1) * sum(w) / (sum(w)^2 - sum(w^2))
    put("I2.study", fit$sigma2[1] / (sum(fit$sigma2) + typical))
    put("I2.row", fit$sigma2[2] / (sum(fit$sigma2) + typical))
  }
}
