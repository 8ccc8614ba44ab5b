# Two-step models: metafor. Likelihood models: base R alone, by its own quadrature and optimiser.

# The binomial-normal model: log-likelihood of all studies and its derivatives in (mu, tau), by the
# trapezoid rule over z in eta = mu + tau z, on nodes fine enough for the narrowest integrand. A row
# of the matrices is a study, a column a node.
glmm_nodes <- function(mu, tau, x, n) {
  h <- min(0.25, 0.4 / max(tau, 1e-9), 0.7 / sqrt(1 + tau^2 * max(n) / 4))
  z <- seq(-10, 10, length.out = 2 * ceiling(10 / h) + 1)
  eta <- mu + tau * z
  up <- plogis(eta, log.p = TRUE)
  weight <- -z^2 / 2 - log(2 * pi) / 2 + log(z[2] - z[1])
  # The log probability of no event is that of an event less eta.
  terms <- lchoose(n, x) + tcrossprod(cbind(n, x - n, 1), cbind(up, eta, weight))
  top <- terms[cbind(seq_along(x), max.col(terms, "first"))]
  share <- exp(terms - top)
  total <- rowSums(share)
  list(z = z, up = up, share = share, total = total, value = sum(top + log(total)))
}

glmm_at <- function(mu, tau, x, n) {
  found <- glmm_nodes(mu, tau, x, n)
  excess <- found$share * (x - tcrossprod(n, exp(found$up)))
  c(found$value, colSums((excess %*% cbind(1, found$z)) / found$total))
}

# The beta-binomial model in (mu, s): mean plogis(mu), overdispersion s^2 = rho / (1 - rho).
beta_binomial_at <- function(mu, s, x, n) {
  p <- plogis(mu)
  q <- plogis(-mu)
  theta <- s^2
  out <- c(0, 0, 0)
  for (i in seq_along(x)) {
    a <- seq_len(x[i]) - 1
    b <- seq_len(n[i] - x[i]) - 1
    m <- seq_len(n[i]) - 1
    value <- lchoose(n[i], x[i]) + sum(log(p + a * theta)) + sum(log(q + b * theta)) -
      sum(log1p(m * theta))
    d_p <- sum(1 / (p + a * theta)) - sum(1 / (q + b * theta))
    d_theta <- sum(a / (p + a * theta)) + sum(b / (q + b * theta)) - sum(m / (1 + m * theta))
    out <- out + c(value, d_p * p * q, d_theta * 2 * s)
  }
  out
}

# An optimiser asks for value and derivatives one after the other: the last answer is kept.
remembering <- function(at) {
  last <- list()
  function(mu, spread, x, n) {
    asked <- list(mu, spread, x, n)
    if (!identical(asked, last$asked)) last <<- list(asked = asked, given = at(mu, spread, x, n))
    last$given
  }
}

MODELS <- list(
  "glmm" = list(at = remembering(glmm_at), top = 100, starts = c(0.03, 0.1, 0.7, 3)),
  "beta-binomial" = list(at = remembering(beta_binomial_at), top = 1000, starts = c(0.1, 1, 5))
)
CONTROL <- list(rel.tol = 1e-15, x.tol = 1e-12, abs.tol = 0, iter.max = 500, eval.max = 1000)

# Maximum over the spread alone, at one mu: from several starts, and at no spread.
profile_at <- function(model, mu, x, n, top, starts = model$starts) {
  best <- list(value = model$at(mu, 0, x, n)[1], spread = 0)
  for (start in starts) {
    found <- nlminb(
      start, function(s) -model$at(mu, s, x, n)[1], function(s) -model$at(mu, s, x, n)[3],
      lower = 0, upper = top, control = CONTROL
    )
    if (-found$objective > best$value) best <- list(value = -found$objective, spread = found$par)
  }
  best
}

# Intervals of several kinds rest on one fit: it is kept.
fits <- new.env()
maximum <- function(name, x, n, top) {
  key <- paste(c(name, top, x, n), collapse = " ")
  if (is.null(fits[[key]])) fits[[key]] <- climbed(MODELS[[name]], x, n, top)
  fits[[key]]
}

climbed <- function(model, x, n, top) {
  mu <- qlogis(sum(x) / sum(n))
  best <- list(value = model$at(mu, 0, x, n)[1], mu = mu, spread = 0)
  for (start in model$starts) {
    found <- nlminb(
      c(mu, start), function(t) -model$at(t[1], t[2], x, n)[1],
      function(t) -model$at(t[1], t[2], x, n)[2:3],
      lower = c(-40, 0), upper = c(40, top), control = CONTROL
    )
    if (-found$objective > best$value + 1e-11) {
      best <- list(value = -found$objective, mu = found$par[1], spread = found$par[2])
    }
  }
  if (best$spread > 0 && best$spread < top) polish(model, best, x, n) else best
}

# Newton steps on the score: an optimiser that looks at values alone stops at 1e-7.
polish <- function(model, fit, x, n) {
  for (round in 1:2) {
    step <- solve(information(model, fit, x, n), model$at(fit$mu, fit$spread, x, n)[2:3])
    if (any(!is.finite(step)) || max(abs(step)) > 1e-3) break
    fit$mu <- fit$mu + step[1]
    fit$spread <- fit$spread + step[2]
  }
  fit
}

# Second derivatives by Richardson's extrapolation of the score.
information <- function(model, fit, x, n) {
  score <- function(t) model$at(t[1], t[2], x, n)[2:3]
  slope <- function(j, h) {
    step <- c(0, 0)
    step[j] <- h
    (score(c(fit$mu, fit$spread) + step) - score(c(fit$mu, fit$spread) - step)) / (2 * h)
  }
  column <- function(j) (4 * slope(j, 5e-4) - slope(j, 1e-3)) / 3
  -cbind(column(1), column(2))
}

# A spread at an end of its range has no uncertainty to share.
standard_error <- function(model, fit, x, n, top) {
  about <- information(model, fit, x, n)
  alone <- fit$spread == 0 || fit$spread > 0.999 * top
  sqrt(if (alone) 1 / about[1, 1] else solve(about)[1, 1])
}

# Where the profile has fallen by the cut. On the way each maximum is sought from where the last one
# stood; at the end from all starts, and if that is higher, all the way.
limit <- function(model, fit, side, cut, x, n, top) {
  excess <- function(mu, starts) {
    found <- profile_at(model, mu, x, n, top, starts)
    if (found$spread > 0) last <<- found$spread
    2 * (fit$value - found$value) - cut
  }
  root <- function(fallen) {
    far <- fit$mu + side * 0.5
    while ((below <- fallen(far)) < 0) {
      far <- fit$mu + 2 * (far - fit$mu)
      if (abs(far) > 46) return(side * Inf)
    }
    ends <- sort(c(fit$mu, far))
    at <- sort(c(-cut, below))
    if (side < 0) at <- rev(at)
    uniroot(fallen, ends, f.lower = at[1], f.upper = at[2], tol = 1e-11)$root
  }
  last <- max(fit$spread, model$starts[1])
  found <- root(function(mu) excess(mu, last))
  thorough <- function(mu) excess(mu, model$starts)
  if (is.finite(found) && abs(thorough(found)) < 1e-8) found else root(thorough)
}

# Everyone or no one had the event: the maximum is at the boundary and the interval one-sided.
boundary_limit <- function(name, side, cut, x, n, excess = NULL) {
  k <- length(x)
  if (name == "beta-binomial") return(side * qlogis(exp(-cut / (2 * k))))
  if (is.null(excess)) {
    # So few studies bound the proportion only if tau is bounded: at 5, as the methods say.
    top <- if (cut / 2 >= k * log(2)) 5 else 100
    excess <- function(mu) -2 * profile_at(MODELS[[name]], mu, x, n, top)$value - cut
  }
  near <- side * qlogis(1 - 1 / (4 * sum(n) + 4))
  while (excess(near) > 0) near <- near + side
  far <- near - side
  while (excess(far) < 0) far <- far - side
  uniroot(excess, sort(c(near, far)), tol = 1e-11)$root
}

# The interval for few studies: the profile of tau up to 3, or for two and three studies the
# likelihood averaged over a half-normal(1) prior on tau, by a trapezoid rule over asinh(tau / s):
# steps of half the length, and of a fifth, change its logarithm by less than 1e-11.
small_interval <- function(task, cut, x, n) {
  model <- MODELS[[task$model]]
  k <- length(x)
  s <- min(0.5, 1 / sqrt(max(n)))
  u <- seq(0, asinh(9 / s), length.out = 1 + ceiling(asinh(9 / s) / 0.09))
  ends <- c(0.5, rep(1, length(u) - 2), 0.5)
  weight <- s * cosh(u) * 2 * dnorm(s * sinh(u)) * u[2] * ends
  averaged <- function(mu) {
    value <- vapply(s * sinh(u), function(tau) glmm_nodes(mu, tau, x, n)$value, 0) + log(weight)
    max(value) + log(sum(exp(value - max(value))))
  }
  height <- if (k <= 3) averaged else function(mu) profile_at(model, mu, x, n, 3)$value
  if (k <= 3) cut <- cut * c(0.85, 1.1)[k - 1]
  if (sum(x) == 0 || sum(x) == sum(n)) {
    side <- if (sum(x) == 0) -1 else 1
    excess <- function(mu) -2 * height(mu) - cut
    return(sort(c(side * Inf, boundary_limit(task$model, side, cut, x, n, excess))))
  }
  if (k > 3) {
    fit <- maximum(task$model, x, n, 3)
    return(c(limit(model, fit, -1, cut, x, n, 3), limit(model, fit, 1, cut, x, n, 3)))
  }
  middle <- qlogis(sum(x) / sum(n))
  about <- range(middle, qlogis((x + 0.5) / (n + 1))) + c(-0.1, 0.1)
  # The top lies beyond the studies' own logits where they have few events.
  repeat {
    best <- optimize(averaged, about, maximum = TRUE, tol = 1e-9)
    if (all(abs(best$maximum - about) > 1e-3)) break
    about <- about + c(-1, 1)
  }
  ends <- numeric(2)
  for (side in c(-1, 1)) {
    fallen <- function(mu) 2 * (best$objective - averaged(mu)) - cut
    far <- best$maximum + side * 0.5
    while (fallen(far) < 0) far <- best$maximum + 2 * (far - best$maximum)
    ends[(side + 3) / 2] <- uniroot(fallen, sort(c(best$maximum, far)), tol = 1e-10)$root
  }
  ends
}

likelihood_model <- function(task, x, n) {
  model <- MODELS[[task$model]]
  k <- length(x)
  tail <- (1 + task$level) / 2
  cut <- switch(task$ci,
    "profile-ck" = , "small-lr" = k * log1p(qt(tail, k - 1)^2 / (k - 1)),
    qchisq(task$level, 1)
  )
  if (sum(x) == 0 || sum(x) == sum(n)) {
    side <- if (sum(x) == 0) -1 else 1
    ends <- if (task$ci == "small-lr") small_interval(task, cut, x, n)
      else sort(c(side * Inf, boundary_limit(task$model, side, cut, x, n)))
    return(list(proportion = plogis(side * Inf), lower = plogis(ends[1]), upper = plogis(ends[2])))
  }
  top <- model$top
  fit <- maximum(task$model, x, n, top)
  # The likelihood rises with tau without end: estimate and interval take tau <= 5.
  if (task$model == "glmm" && fit$spread > 0.999 * top) {
    top <- 5
    fit <- maximum(task$model, x, n, top)
  }
  ends <- if (task$ci == "small-lr") {
    small_interval(task, cut, x, n)
  } else if (task$ci %in% c("wald", "t")) {
    half <- if (task$ci == "wald") qnorm(tail) else qt(tail, k - 1)
    fit$mu + c(-1, 1) * half * standard_error(model, fit, x, n, top)
  } else {
    c(limit(model, fit, -1, cut, x, n, top), limit(model, fit, 1, cut, x, n, top))
  }
  out <- list(proportion = plogis(fit$mu), lower = plogis(ends[1]), upper = plogis(ends[2]))
  if (task$model == "glmm") out$tau2 <- fit$spread^2
  out
}

two_step_model <- function(task, x, n) {
  shown <- list(
    PR = identity, PLN = exp, PLO = plogis, PAS = metafor::transf.iarcsin,
    PFT = function(y) metafor::transf.ipft.hm(y, targs = list(ni = n))
  )[[task$measure]]
  test <- c(wald = "z", t = "t", hksj = "knha", "hksj-adhoc" = "adhoc")[[task$ci]]
  method <- if (task$model == "common") "EE" else task$tau2
  fit <- metafor::rma(
    measure = task$measure, xi = x, ni = n, method = method, test = test,
    level = 100 * task$level,
    control = list(threshold = 1e-12, tol = 1e-12, maxiter = 10000, tau2.max = 1000)
  )
  inside <- function(y) min(max(shown(y), 0), 1)
  out <- list(
    proportion = inside(c(fit$beta)), lower = inside(fit$ci.lb), upper = inside(fit$ci.ub),
    q = fit$QE
  )
  if (method != "EE") out$tau2 <- fit$tau2
  out
}

single_study <- function(task, x, n) {
  exact <- binom.test(x, n, conf.level = task$level)$conf.int
  list(proportion = x / n, lower = exact[1], upper = exact[2])
}

reproduce <- function(task, x, n) {
  if (task$model == "single-study") return(single_study(task, x, n))
  if (task$model %in% names(MODELS)) return(likelihood_model(task, x, n))
  two_step_model(task, x, n)
}
