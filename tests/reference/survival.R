# Reference values of pooled survival rates, by metafor's rma and by R's integrate.
#
#   Rscript tests/reference/survival.R > tests/reference/survival.csv
#
# Written by R 4.2.2 with metafor 3.8-1. Rates, limits and numbers are made up; the output lists
# them. A row has limits, a number at risk (Peto's variance), or patients only (binomial variance).
suppressMessages(library(metafor))

sets <- list(
  limits = data.frame(rate = c(0.66, 0.50, 0.71, 0.40), lower = c(0.52, 0.33, 0.58, 0.30),
                      upper = c(0.77, 0.65, 0.81, 0.49), risk = NA, n = NA),
  mixed = data.frame(rate = c(0.29, 0.833, 0.55), lower = c(NA, NA, 0.41),
                     upper = c(NA, NA, 0.67), risk = c(NA, 9, NA), n = c(22, NA, NA)),
  two = data.frame(rate = c(0.29, 0.833), lower = NA, upper = NA, risk = NA, n = c(22, 13)),
  alike = data.frame(rate = c(0.61, 0.62, 0.6, 0.63, 0.61), lower = NA, upper = NA,
                     risk = c(20, 31, 18, 40, 25), n = NA))

show <- function(...) cat(paste(..., sep = ","), sep = "\n")
number <- function(value) formatC(as.numeric(value), digits = 15, format = "g", width = -1)
cloglog <- function(s) log(-log(s))
back <- function(y) exp(-exp(y))

# The posterior of the mean: uniform prior on it, half-normal(1) on tau; normal given tau.
posterior <- function(yi, vi) {
  parts <- function(tau) {
    w <- 1 / (vi + tau^2)
    list(m = sum(w * yi) / sum(w), s = 1 / sqrt(sum(w)),
         l = -0.5 * (sum(log(vi + tau^2)) + log(sum(w)) + sum(w * (yi - sum(w * yi) / sum(w))^2)))
  }
  over <- function(f) integrate(Vectorize(function(tau) {
    p <- parts(tau); exp(p$l) * dnorm(tau) * f(p, tau)
  }), 0, 12, rel.tol = 1e-12, subdivisions = 2000L)$value
  whole <- over(function(p, tau) 1)
  quantile <- function(prob, new) uniroot(function(at) over(function(p, tau)
    pnorm((at - p$m) / sqrt(p$s^2 + new * tau^2))) / whole - prob, c(-40, 40), tol = 1e-12)$root
  list(median = quantile(0.5, 0), lower = quantile(0.025, 0), upper = quantile(0.975, 0),
       new.lower = quantile(0.025, 1), new.upper = quantile(0.975, 1))
}

show("dataset", "quantity", "row", "value")
for (name in names(sets)) {
  d <- sets[[name]]
  for (column in names(d)) for (i in seq_len(nrow(d)))
    if (!is.na(d[[column]][i])) show(name, paste0("data.", column), i, number(d[[column]][i]))
  yi <- cloglog(d$rate)
  vi <- ifelse(!is.na(d$lower), ((cloglog(d$lower) - cloglog(d$upper)) / (2 * qnorm(0.975)))^2,
        ifelse(!is.na(d$risk), (1 - d$rate) / (d$risk * log(d$rate)^2),
               (1 - d$rate) / (d$n * d$rate * log(d$rate)^2)))
  put <- function(quantity, value, row = 0) show(name, quantity, row, number(value))
  for (i in seq_along(yi)) { put("yi", yi[i], i); put("vi", vi[i], i) }
  fit <- rma(yi, vi, method = "REML", control = list(threshold = 1e-14, maxiter = 10000))
  knha <- rma(yi, vi, method = "REML", test = "knha",
              control = list(threshold = 1e-14, maxiter = 10000))
  se <- max(fit$se, knha$se)
  half <- qt(0.975, fit$k - 1) * se
  put("tau2", fit$tau2); put("se", se); put("rate", back(fit$beta[1]))
  put("ci.lower", back(fit$beta[1] + half)); put("ci.upper", back(fit$beta[1] - half))
  if (fit$k > 2) {
    half <- qt(0.975, fit$k - 2) * sqrt(fit$tau2 + se^2)
    put("pi.lower", back(fit$beta[1] + half)); put("pi.upper", back(fit$beta[1] - half))
  }
  p <- posterior(yi, vi)
  put("bayes.rate", back(p$median))
  put("bayes.ci.lower", back(p$upper)); put("bayes.ci.upper", back(p$lower))
  put("bayes.pi.lower", back(p$new.upper)); put("bayes.pi.upper", back(p$new.lower))
}
