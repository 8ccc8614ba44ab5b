# Seconds a data set and errors of each of the twelve methods: Rscript twelve_methods.R sample.csv
suppressMessages(library(metafor))
frame <- read.csv(commandArgs(TRUE)[1])
sets <- split(frame, frame$dataset_id)
quietly <- function(e) suppressWarnings(suppressMessages(e))

# Processor seconds: what other work on the machine takes does not count.
spent <- function() sum(proc.time()[c("user.self", "sys.self")])

timed <- function(name, fit) {
  failed <- 0
  start <- spent()
  for (s in sets) {
    ok <- tryCatch({ quietly(fit(s$events, s$total)); TRUE }, error = function(e) FALSE)
    failed <- failed + !ok
  }
  cat(name, (spent() - start) / length(sets), failed, "\n")
}

two_step <- function(measure, method) {
  function(x, n) rma(measure = measure, xi = x, ni = n, method = method)
}
for (method in c("DL", "REML")) {
  for (measure in c("PLN", "PLO", "PAS", "PFT")) {
    timed(paste0("rma-", measure, "-", method), two_step(measure, method))
  }
}
timed("rma.glmm-PLO", function(x, n) rma.glmm(measure = "PLO", xi = x, ni = n))
if (requireNamespace("lme4", quietly = TRUE)) {
  for (link in c("probit", "cloglog")) {
    timed(paste0("glmer-", link), function(x, n) {
      study <- factor(seq_along(x))
      lme4::glmer(cbind(x, n - x) ~ 1 + (1 | study), family = binomial(link), nAGQ = 7)
    })
  }
}
timed("beta-binomial-optim", function(x, n) {
  loss <- function(at) {
    p <- plogis(at[1]); theta <- exp(at[2])
    a <- p / theta; b <- (1 - p) / theta
    -sum(lchoose(n, x) + lbeta(x + a, n - x + b) - lbeta(a, b))
  }
  optim(c(qlogis((sum(x) + 0.5) / (sum(n) + 1)), -2), loss, method = "BFGS", hessian = TRUE)
})
