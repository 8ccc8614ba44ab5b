# Processor seconds of a unit of work, by name: Rscript kernels.R
suppressMessages(library(metafor))
quietly <- function(e) suppressWarnings(suppressMessages(e))
spent <- function() sum(proc.time()[c("user.self", "sys.self")])
timed <- function(name, times, f) {
  quietly(f())
  start <- spent()
  for (i in seq_len(times)) quietly(f())
  cat(name, (spent() - start) / times, "\n")
}
x <- c(12, 91, 11, 12, 25, 43, 10, 5, 30, 17, 8, 64, 22, 3, 19, 40, 9, 14, 27, 33)
n <- c(21, 110, 12, 13, 42, 58, 12, 6, 61, 20, 19, 88, 25, 9, 24, 71, 10, 30, 35, 36)
six <- 1:6
a <- x[six]; b <- n[six]
for (m in c("DL", "PM", "REML")) timed(m, 50, function() rma(measure = "PLO", xi = a, ni = b, method = m))
timed("glmm-logit", 8, function() rma.glmm(measure = "PLO", xi = a, ni = b))
glmer_link <- function(link, a, b) {
  study <- factor(seq_along(a))
  lme4::glmer(cbind(a, b - a) ~ 1 + (1 | study), family = binomial(link), nAGQ = 7)
}
for (link in c("probit", "cloglog")) {
  timed(paste0("glmm-", link), 8, function() glmer_link(link, a, b))
}
loss <- function(at) {
  p <- plogis(at[1]); theta <- exp(at[2])
  -sum(lchoose(b, a) + lbeta(a + p / theta, b - a + (1 - p) / theta) - lbeta(p / theta, (1 - p) / theta))
}
timed("beta-binomial", 50, function() optim(c(qlogis(sum(a) / sum(b)), -2), loss, method = "BFGS", hessian = TRUE))
subsets <- 500
for (m in c("DL", "REML")) {
  fit <- rma(measure = "PLO", xi = x, ni = n, method = m)
  start <- spent()
  quietly(gosh(fit, subsets = subsets, progbar = FALSE))
  cat(paste0("gosh-", m), (spent() - start) / subsets, "\n")
}
fit <- rma(measure = "PLO", xi = x, ni = n, method = "REML")
timed("leave-one-out-REML", 5, function() leave1out(fit))
timed("bootstrap-refit", 8, function() rma.glmm(measure = "PLO", xi = x[1:5], ni = n[1:5]))
small <- glmer_link("logit", x[1:5], n[1:5])
timed("profile-ci", 2, function() confint(small, parm = "(Intercept)", method = "profile", quiet = TRUE))
