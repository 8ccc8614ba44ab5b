# Processor seconds of a unit of work and errors, by name: Rscript kernels.R sample.csv small.csv
# Both tables hold data sets that ours are timed on as well (dataset_id, events, total).
suppressMessages(library(metafor))
tables <- lapply(commandArgs(TRUE), function(path) {
  frame <- read.csv(path)
  split(frame, frame$dataset_id)
})
sets <- tables[[1]]; small <- tables[[2]]
quietly <- function(e) suppressWarnings(suppressMessages(e))
spent <- function() sum(proc.time()[c("user.self", "sys.self")])
versions <- sapply(c("metafor", "lme4"), function(name) as.character(packageVersion(name)))
cat("versions", paste0("R-", getRversion()), paste(names(versions), versions, sep = "-"), "\n")

# The mean over data sets, after a first fit that warms up.
timed <- function(name, sets, fit) {
  try(quietly(fit(sets[[1]]$events, sets[[1]]$total)), silent = TRUE)
  failed <- 0
  start <- spent()
  for (s in sets) {
    ok <- tryCatch({ quietly(fit(s$events, s$total)); TRUE }, error = function(e) FALSE)
    failed <- failed + !ok
  }
  cat(name, (spent() - start) / length(sets), failed, "\n")
}
once <- function(name, units, f) {
  start <- spent()
  quietly(f())
  cat(name, (spent() - start) / units, 0, "\n")
}
glmer_link <- function(link) {
  function(x, n) {
    study <- factor(seq_along(x))
    lme4::glmer(cbind(x, n - x) ~ 1 + (1 | study), family = binomial(link), nAGQ = 7)
  }
}
glmm <- function(x, n) rma.glmm(measure = "PLO", xi = x, ni = n)
beta_binomial <- function(x, n) {
  loss <- function(at) {
    p <- plogis(at[1]); theta <- exp(at[2])
    a <- p / theta; b <- (1 - p) / theta
    -sum(lchoose(n, x) + lbeta(x + a, n - x + b) - lbeta(a, b))
  }
  optim(c(qlogis((sum(x) + 0.5) / (sum(n) + 1)), -2), loss, method = "BFGS", hessian = TRUE)
}

for (m in c("DL", "PM", "REML")) {
  timed(m, sets, function(x, n) rma(measure = "PLO", xi = x, ni = n, method = m))
}
timed("beta-binomial", sets, beta_binomial)
few <- sets[seq_len(min(25, length(sets)))]
timed("glmm-logit", few, glmm)
for (link in c("probit", "cloglog")) timed(paste0("glmm-", link), few, glmer_link(link))
timed("bootstrap-refit", small, glmm)
timed("profile-ci", small[1:4], function(x, n) {
  confint(glmer_link("logit")(x, n), parm = "(Intercept)", method = "profile", quiet = TRUE)
})

x <- c(12, 91, 11, 12, 25, 43, 10, 5, 30, 17, 8, 64, 22, 3, 19, 40, 9, 14, 27, 33)
n <- c(21, 110, 12, 13, 42, 58, 12, 6, 61, 20, 19, 88, 25, 9, 24, 71, 10, 30, 35, 36)
# As many as take a tenth of a second and more: the clock counts milliseconds.
subsets <- c(DL = 3000, REML = 300)
for (m in c("DL", "REML")) {
  fit <- rma(measure = "PLO", xi = x, ni = n, method = m)
  if (m == "DL") quietly(gosh(fit, subsets = 50, progbar = FALSE))
  count <- subsets[[m]]
  once(paste0("gosh-", m), count, function() gosh(fit, subsets = count, progbar = FALSE))
}
# One collection of garbage takes as long as two of these.
once("leave-one-out-REML", 10, function() for (i in 1:10) leave1out(fit))
dose <- c(1, 2.5, 3, 4.2, 0.7)
fit <- rma(measure = "PLO", xi = x[1:5], ni = n[1:5], mods = ~ dose, method = "REML")
once("permutation-REML", 120, function() permutest(fit, exact = TRUE, progbar = FALSE))
