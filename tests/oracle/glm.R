# Reference results for regressions, by R's `survey` package (4.1-1) on a made-up sample.
# Run:  Rscript glm.R    (Debian: r-base-core, r-cran-survey); writes glm.csv and glm.lua.
#
# Proportional odds: svyolr takes its information matrix from finite differences and stops early, so
# its standard errors have four digits. Here the likelihood is solved by Newton's method with
# derivatives by the complex step, exact to rounding, and svyolr is only checked to be near.
suppressMessages(library(survey))
set.seed(20240607)
n <- 288; psus <- 24
d <- data.frame(stratum = rep(1:8, each = 36), psu = rep(1:psus, each = 12))
d$w <- round(runif(n, 0.5, 4), 2)
effect <- rnorm(psus)[d$psu]
d$f <- sample(c("low", "mid", "high"), n, TRUE, c(.3, .4, .3))
d$h <- sample(c("no", "yes"), n, TRUE)
d$x <- round(rnorm(n, 10, 3), 2)
d$z <- round(runif(n, 0, 100))
d$y <- round(50 + 2 * d$x - 5 * (d$f == "low") + 4 * (d$h == "yes") + 3 * effect + rnorm(n, 0, 6), 2)
d$b <- rbinom(n, 1, plogis(-2 + .2 * d$x - .8 * (d$f == "low") + .5 * effect))
d$logt <- round(log(runif(n, 1, 5)), 4)
d$c <- rpois(n, exp(.05 * d$x + .3 * (d$h == "yes") + d$logt - .8))
score <- .25 * d$x + .7 * (d$h == "yes") + .4 * effect + rlogis(n)
d$o <- factor(c("1 poor", "2 fair", "3 good", "4 fine")[findInterval(score, c(1.6, 2.8, 4.2)) + 1])
d$xm <- d$x; d$xm[sample(n, 23)] <- NA
d$fm <- d$f; d$fm[sample(n, 15)] <- NA
d$x2 <- 3 * d$x - 1
d$k <- d$z %/% 25
taylor <- svydesign(ids = ~psu, strata = ~stratum, weights = ~w, data = d, nest = TRUE)
plain <- svydesign(ids = ~1, weights = ~1, data = d)
jkn <- as.svrepdesign(taylor, type = "JKn", compress = FALSE)
rw <- as.matrix(unclass(weights(jkn, "analysis")))
colnames(rw) <- paste0("rw", seq_len(ncol(rw)))
totals <- data.frame(f = c("high", "low", "mid"), Freq = c(200, 210, 240))
post <- postStratify(taylor, ~f, totals)
write.csv(cbind(d, round(rw, 6)), "glm.csv", row.names = FALSE, na = "", quote = FALSE)

out <- file("glm.lua", "w")
say <- function(...) cat(sprintf(...), file = out)
num <- function(x) if (is.na(x)) "nil" else sprintf("%.17g", x)
say("-- Made by glm.R with R %s and survey %s: results of regressions on glm.csv. Do not edit.\nreturn {\n",
    paste(R.version$major, R.version$minor, sep = "."), packageVersion("survey"))

rows <- function(b, se, df) {
  t <- b / se; p <- if (df > 0) 2 * pt(-abs(t), df) else rep(NA, length(b)); q <- if (df > 0) qt(.975, df) else NA
  for (i in seq_along(b))
    say("    { term = %s, value = %s, se = %s, low = %s, high = %s, statistic = %s, df = %s, p_value = %s },\n",
        shQuote(names(b)[i], "cmd"), num(b[i]), num(se[i]), num(b[i] - q * se[i]), num(b[i] + q * se[i]), num(t[i]), num(df), num(p[i]))
}
head_of <- function(id, verb, design, formula, opts, where)
  say('  { id = "%s", verb = "%s", design = "%s", formula = %s, opts = %s,%s\n', id, verb, design,
      shQuote(formula, "cmd"), opts, if (is.null(where)) "" else sprintf(" where = %s,", shQuote(where, "cmd")))
tests <- function(g, terms) {
  say("    tests = {")
  for (t in terms) {
    w <- regTermTest(g, as.formula(paste("~", t)))
    say(' { term = "%s", statistic = %s, df = %s, ddf = %s, p_value = %s },', t, num(w$Ftest[1]), num(w$df), num(w$ddf), num(w$p[1]))
  }
  say(" },\n")
}
# tight: both sides go on to rounding. Else both stop as R does by default.
case <- function(id, design, name, formula, family, opts, where = NULL, des = design, tight = TRUE, lua = NULL, start = NULL) {
  control <- if (tight) list(epsilon = 1e-15, maxit = 200) else list()
  g <- suppressWarnings(do.call(svyglm, list(as.formula(formula), des, family = family, control = control, start = start)))
  # R stops when the deviance no longer moves, which is early where convergence is only linear
  if (tight) for (i in 1:20) g <- suppressWarnings(do.call(svyglm, list(as.formula(formula), des, family = family, control = control, start = g$coefficients)))
  b <- coef(g)[!is.na(coef(g))]
  head_of(id, "glm", name, if (is.null(lua)) formula else lua, sub("}$", if (tight) ", epsilon = 0 }" else " }", opts), where)
  # R scales weights to mean 1 before rows with missing answers leave, the engine afterwards
  scale <- mean(g$prior.weights)
  say("    n = %d, dispersion = %s, deviance = %s, rows = {\n", length(g$y), num(summary(g)$dispersion[1] / scale), num(deviance(g) / scale))
  rows(b, sqrt(diag(vcov(g)))[names(b)], g$df.residual)
  say("    },\n")
  labels <- attr(terms(g), "term.labels"); if (any(is.na(g$coefficients))) labels <- character(0)
  tests(g, labels)
  say("  },\n")
}
G <- '{ family = "gaussian" }'; B <- '{ family = "quasibinomial" }'; P <- '{ family = "quasipoisson" }'
case("main", taylor, "taylor", "y ~ x + f", gaussian(), G)
case("two-factors", taylor, "taylor", "y ~ x + f + h", gaussian(), G)
case("slopes", taylor, "taylor", "y ~ f * x", gaussian(), G)
case("cells", taylor, "taylor", "y ~ f * h", gaussian(), G)
case("nested", taylor, "taylor", "y ~ f + f:h", gaussian(), G)
case("slopes-only", taylor, "taylor", "y ~ f:x", gaussian(), G)
case("no-intercept", taylor, "taylor", "y ~ f - 1", gaussian(), G)
case("no-intercept-two", taylor, "taylor", "y ~ x + f + h - 1", gaussian(), G)
case("interaction-first", taylor, "taylor", "y ~ x:h + f", gaussian(), G)
case("numbers-product", taylor, "taylor", "y ~ x * z", gaussian(), G)
case("power", taylor, "taylor", "y ~ (x + f + h)^2", gaussian(), G)
case("minus", taylor, "taylor", "y ~ f * h - f:h", gaussian(), G)
case("factor-of-number", taylor, "taylor", "y ~ factor(k)", gaussian(), G)
case("expression", taylor, "taylor", "y ~ I(x * 0.1) + I(x * z)", gaussian(), G)
case("intercept-only", taylor, "taylor", "y ~ 1", gaussian(), G)
case("aliased", taylor, "taylor", "y ~ x + x2 + h", gaussian(), G, tight = FALSE)
case("missing-number", taylor, "taylor", "y ~ xm + h", gaussian(), G)
case("missing-level", taylor, "taylor", "y ~ x + fm", gaussian(), G)
case("domain", taylor, "taylor", "y ~ x + h", gaussian(), G, "f <> 'low'", subset(taylor, f != "low"))
case("domain-factor", taylor, "taylor", "y ~ x + f", gaussian(), G, "f <> 'high'", subset(taylor, f != "high"))
case("domain-strata", taylor, "taylor", "y ~ x", gaussian(), G, "stratum <= 3", subset(taylor, stratum <= 3))
case("no-degrees", taylor, "taylor", "y ~ x + z + h + f", gaussian(), G, "stratum <= 2", subset(taylor, stratum <= 2))
case("log-link", taylor, "taylor", "y ~ x + f", gaussian("log"), '{ family = "gaussian", link = "log" }')
case("logit", taylor, "taylor", "b ~ x + f", quasibinomial(), B)
case("logit-usual", taylor, "taylor", "b ~ x + f", quasibinomial(), B, tight = FALSE)
case("logit-usual-cells", taylor, "taylor", "b ~ x * h + z", quasibinomial(), B, tight = FALSE)
case("logit-interaction", taylor, "taylor", "b ~ x * f", quasibinomial(), B)
case("logit-predicate", taylor, "taylor", "I(o == '4 fine') ~ x + h", quasibinomial(), B, lua = "o = '4 fine' ~ x + h", tight = TRUE)
case("logit-domain-missing", taylor, "taylor", "b ~ xm + fm", quasibinomial(), B, "h = 'yes'", subset(taylor, h == "yes"))
case("probit", taylor, "taylor", "b ~ x + f", quasibinomial("probit"), '{ family = "quasibinomial", link = "probit" }')
case("cloglog", taylor, "taylor", "b ~ x + f", quasibinomial("cloglog"), '{ family = "binomial", link = "cloglog" }')
case("log-binomial", taylor, "taylor", "b ~ f + h", quasibinomial("log"), '{ family = "quasibinomial", link = "log" }', start = c(-2, 0, 0, 0))
case("poisson", taylor, "taylor", "c ~ x + h", quasipoisson(), P)
case("poisson-usual", taylor, "taylor", "c ~ x + h", quasipoisson(), P, tight = FALSE)
case("poisson-offset", taylor, "taylor", "c ~ x + h + offset(logt)", quasipoisson(), '{ family = "poisson", offset = "logt" }', lua = "c ~ x + h")
case("plain", plain, "none", "y ~ x + f", gaussian(), G)
case("plain-logit", plain, "none", "b ~ xm + f", quasibinomial(), B)
case("post", post, "post", "y ~ x + f", gaussian(), G)
case("post-logit", post, "post", "b ~ x + h", quasibinomial(), B)
case("jkn", jkn, "jkn", "y ~ x + f", gaussian(), G)
case("jkn-missing", jkn, "jkn", "y ~ xm + fm", gaussian(), G)
case("jkn-domain", jkn, "jkn", "y ~ x + h", gaussian(), G, "f = 'mid'", subset(jkn, f == "mid"))
case("jkn-logit", jkn, "jkn", "b ~ x + f", quasibinomial(), B)
case("jkn-poisson", jkn, "jkn", "c ~ x * h", quasipoisson(), P)

# ---- proportional odds ---------------------------------------------------------------------------
F <- function(z) 1 / (1 + exp(-z))
olr_scores <- function(theta, X, y, q) {
  p <- ncol(X); beta <- theta[seq_len(p)]; zeta <- theta[p + seq_len(q)]
  eta <- if (p) drop(X %*% beta) else 0
  up <- ifelse(y > q, 0, zeta[pmin(y, q)] - eta); lo <- ifelse(y == 1, 0, zeta[pmax(y - 1, 1)] - eta)
  Fu <- ifelse(y > q, 1, F(up)); Fl <- ifelse(y == 1, 0, F(lo))
  fu <- ifelse(y > q, 0, F(up) * (1 - F(up))); fl <- ifelse(y == 1, 0, F(lo) * (1 - F(lo)))
  pr <- Fu - Fl
  S <- if (p) -X * ((fu - fl) / pr) else NULL
  for (k in seq_len(q)) S <- cbind(S, ifelse(y == k, fu, 0) / pr - ifelse(y == k + 1, fl, 0) / pr)
  S
}
olr_solve <- function(X, y, w, q, theta) {
  for (step in 1:60) {
    S <- olr_scores(theta, X, y, q); m <- length(theta); H <- matrix(0, m, m)
    for (j in 1:m) { t <- as.complex(theta); t[j] <- t[j] + 1e-30i; H[, j] <- -Im(colSums(w * olr_scores(t, X, y, q))) / 1e-30 }
    d <- solve(H, colSums(w * S)); theta <- theta + d
    if (max(abs(d)) < 1e-13) break
  }
  list(theta = theta, H = H, S = olr_scores(theta, X, y, q))
}
ordinal <- function(id, design, name, formula, where = NULL, des = design) {
  v <- if (inherits(des, "svyrep.design")) des$variables else model.frame(des)
  mf <- model.frame(as.formula(formula), v, na.action = na.pass)
  ok <- complete.cases(mf); y <- factor(mf[[1]][ok]); lev <- levels(y); y <- as.integer(y); q <- length(lev) - 1
  X <- model.matrix(as.formula(formula), mf[ok, ])[, -1, drop = FALSE]; p <- ncol(X)
  w <- weights(des, "sampling")[ok]; w <- w / mean(w)
  cum <- cumsum(tapply(w, y, sum)) / sum(w)
  s <- olr_solve(X, y, w, q, c(rep(0, p), qlogis(cum[1:q])))
  if (inherits(des, "svyrep.design")) {
    R <- weights(des, "analysis")[ok, ]
    thetas <- t(apply(R, 2, function(r) olr_solve(X, y, r / mean(r), q, s$theta)$theta))
    V <- svrVar(thetas, des$scale, des$rscales, mse = des$mse, coef = s$theta)
    df <- degf(des) - p
  } else {
    inf <- s$S %*% solve(s$H) ; kept <- des[ok, ]
    V <- survey:::svyrecvar(inf * w, kept$cluster, kept$strata, kept$fpc, postStrata = kept$postStrata)
    df <- degf(kept) - p
    r <- svyolr(as.formula(formula), des, control = list(reltol = 1e-14, maxit = 1000))
    stopifnot(max(abs(c(r$coefficients, r$zeta) - s$theta)) < 1e-3, max(abs(sqrt(diag(vcov(r))) / sqrt(diag(V)) - 1)) < 1e-2)
  }
  b <- s$theta; names(b) <- c(colnames(X), paste(lev[-length(lev)], lev[-1], sep = "|"))
  head_of(id, "ordinal", name, formula, "{}", where)
  say("    n = %d, rows = {\n", sum(ok)); rows(b, sqrt(diag(as.matrix(V))), df); say("    },\n")
  say("    tests = {")
  labels <- attr(terms(as.formula(formula)), "term.labels"); assign <- attr(model.matrix(as.formula(formula), mf[ok, ]), "assign")[-1]
  for (t in seq_along(labels)) {
    i <- which(assign == t); W <- drop(b[i] %*% solve(as.matrix(V)[i, i, drop = FALSE]) %*% b[i]) / length(i)
    say(' { term = "%s", statistic = %s, df = %d, ddf = %s, p_value = %s },', labels[t], num(W), length(i), num(df), num(pf(W, length(i), df, lower.tail = FALSE)))
  }
  say(" },\n  },\n")
}
ordinal("olr", taylor, "taylor", "o ~ x + h")
ordinal("olr-factor", taylor, "taylor", "o ~ x + f")
ordinal("olr-missing", taylor, "taylor", "o ~ xm + fm")
ordinal("olr-interaction", taylor, "taylor", "o ~ x * h")
ordinal("olr-domain", taylor, "taylor", "o ~ x", "h = 'yes'", subset(taylor, h == "yes"))
ordinal("olr-plain", plain, "none", "o ~ x + f")
ordinal("olr-jkn", jkn, "jkn", "o ~ x + h")
say("}\n")
close(out)
