# What metafor and lme4 answer to the sets of peers.py, which come as JSON on standard input.
suppressPackageStartupMessages({ library(metafor); library(lme4) })
line <- function(name, package, kind, key, text)
  writeLines(paste(name, packageVersion(package), kind, key, text, sep = "\t"))
told <- function(p) if (all(is.finite(p))) sprintf("%.3g %% (%.3g to %.3g)", 100 * p[1], 100 * p[2], 100 * p[3]) else "not a number"
asks <- list(
  "metafor, `rma.glmm`" = list("metafor", function(x, n) {
    fit <- rma.glmm(measure = "PLO", xi = x, ni = n); plogis(c(fit$b, fit$ci.lb, fit$ci.ub)) }),
  "metafor, `rma` of logits, REML" = list("metafor", function(x, n) {
    fit <- rma(measure = "PLO", xi = x, ni = n); plogis(c(fit$b, fit$ci.lb, fit$ci.ub)) }),
  "metafor, `rma` of double arcsines, REML" = list("metafor", function(x, n) {
    fit <- rma(measure = "PFT", xi = x, ni = n)
    found <- predict(fit, transf = transf.ipft.hm, targs = list(ni = n))
    c(found$pred, found$ci.lb, found$ci.ub) }),
  "lme4, `glmer` with 7 nodes" = list("lme4", function(x, n) {
    fit <- suppressMessages(glmer(cbind(x, n - x) ~ 1 + (1 | study), family = binomial, nAGQ = 7,
                                  data = data.frame(x = x, n = n, study = seq_along(x))))
    plogis(fixef(fit) + c(0, -1.959964, 1.959964) * sqrt(vcov(fit)[1, 1])) }))
input <- paste(readLines(file("stdin")), collapse = "")
rows <- regmatches(input, gregexpr('\\{"name": "[^"]*", "x": \\[[^]]*\\], "n": \\[[^]]*\\]\\}', input))[[1]]
part <- function(row, pattern) sub(pattern, "\\1", row)
numbers <- function(text) as.numeric(strsplit(text, ",")[[1]])
for (name in names(asks)) {
  ask <- asks[[name]]
  for (row in rows) {
    x <- numbers(part(row, '.*"x": \\[([^]]*)\\].*')); n <- numbers(part(row, '.*"n": \\[([^]]*)\\].*'))
    text <- tryCatch(told(suppressWarnings(ask[[2]](x, n))),
                     error = function(e) paste("error:", gsub("[[:space:]]+", " ", conditionMessage(e))))
    line(name, ask[[1]], "answer", part(row, '.*"name": "([^"]*)".*'), text)
  }
  time <- tryCatch({ ask[[2]](c(12, 91, 11, 12), c(21, 110, 12, 13))
    system.time(for (i in 1:20) suppressWarnings(ask[[2]](c(12, 91, 11, 12), c(21, 110, 12, 13))))[["user.self"]] / 20 * 1000 },
    error = function(e) NA)
  if (!is.na(time)) line(name, ask[[1]], "ms", "", format(time))
}
