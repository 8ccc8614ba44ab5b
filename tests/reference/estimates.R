# Reference values of pools of estimates without counts, by metafor's rma.
#
#   Rscript tests/reference/estimates.R > tests/reference/estimates.csv
#
# Written by R 4.2.2 with metafor 3.8-1. The estimates are made up: rare, middling and common
# proportions with standard errors, with intervals symmetric on the logit, with effective sizes.
suppressMessages(library(metafor))

p  <- c(0.034, 0.12, 0.31, 0.082, 0.55, 0.215)
se <- c(0.006, 0.02, 0.05, 0.011, 0.03, 0.041)
lb <- plogis(qlogis(p) - c(0.4, 0.35, 0.5, 0.2, 0.15, 0.6))
ub <- plogis(qlogis(p) + c(0.4, 0.35, 0.5, 0.2, 0.15, 0.6))
ne <- c(900, 260, 85.5, 610, 275, 100)
lb <- round(lb, 6); ub <- round(ub, 6)

show <- function(...) cat(paste(..., sep = ","), sep = "\n")
number <- function(value) formatC(as.numeric(value), digits = 15, format = "g", width = -1)
put <- function(given, measure, method, test, quantity, value)
  for (i in seq_along(value)) show(given, measure, method, test, quantity, number(value[i]))

forward <- list(PR = identity, PLN = log, PLO = qlogis, PAS = function(p) asin(sqrt(p)))
slope <- list(PR = function(p) 1 + 0 * p, PLN = function(p) 1 / p,
              PLO = function(p) 1 / (p * (1 - p)), PAS = function(p) 1 / (2 * sqrt(p * (1 - p))))

show("given", "measure", "method", "test", "quantity", "value")
put("se", "data", "", "", "estimate", p); put("se", "data", "", "", "se", se)
put("interval", "data", "", "", "ci_lower", lb); put("interval", "data", "", "", "ci_upper", ub)
put("size", "data", "", "", "n_effective", ne)

wald <- (qlogis(ub) - qlogis(lb)) / (2 * qnorm(0.975))
given <- list(se = se, interval = wald * p * (1 - p), size = sqrt(p * (1 - p) / ne))
for (name in names(given)) for (measure in names(forward)) {
  yi <- forward[[measure]](p); vi <- (slope[[measure]](p) * given[[name]])^2
  put(name, measure, "", "", "yi", yi); put(name, measure, "", "", "vi", vi)
  for (method in c("FE", "DL", "REML")) for (test in c("z", "t", "knha", "adhoc")) {
    fit <- rma(yi, vi, method = method, test = test,
               control = if (method == "REML") list(threshold = 1e-12, maxiter = 1000) else list())
    put(name, measure, method, test, "beta", fit$beta[1]); put(name, measure, method, test, "se", fit$se)
    put(name, measure, method, test, "ci.lb", fit$ci.lb)
    put(name, measure, method, test, "ci.ub", fit$ci.ub)
    if (test == "z") {
      put(name, measure, method, test, "tau2", fit$tau2); put(name, measure, method, test, "QE", fit$QE)
      put(name, measure, method, test, "QEp", fit$QEp); put(name, measure, method, test, "I2", fit$I2 / 100)
    }
  }
}
