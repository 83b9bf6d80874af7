# More design-based reference cases, beside the 196 of api.lua: unequal weights with clusters,
# domains, every kind of replicates, weighting, lonely PSUs, tests of larger tables.
#   cd tests/oracle && Rscript make_design.R      (Debian: r-base-core, r-cran-survey 4.1-1, r-cran-mass)
# writes data/*.csv and design.lua. Data: samples that the survey package ships.
source("emit.R")
data(api); data(nhanes); data(fpc); data(mu284)
out <- function(d, f) write.csv(d, file.path("data", f), row.names = FALSE, na = "")
keep <- function(d, extra) { d <- d[, c("cds","stype","snum","dnum","cnum","api00","api99","sch.wide","comp.imp","awards","meals","ell","mobility","avg.ed","enroll","api.stu", extra)]
  names(d) <- gsub("\\.", "_", names(d)); d }
strat <- keep(apistrat, c("pw", "fpc")); clus1 <- keep(apiclus1, c("pw", "fpc")); clus2 <- keep(apiclus2, c("pw", "fpc1", "fpc2"))
# unequal weights inside clusters, and a few rows of weight 0
clus1$uw <- round(clus1$pw * (0.5 + (seq_len(nrow(clus1)) %% 7) / 6), 4)
clus1$zw <- ifelse(seq_len(nrow(clus1)) %% 11 == 0, 0, clus1$uw)
out(strat, "strat.csv"); out(clus1, "clus1.csv"); out(clus2, "clus2.csv")
nh <- nhanes[nhanes$SDMVSTRA <= 78, ]
names(nh) <- c("psu", "stratum", "w", "chol", "race", "age", "sex")
nh$race <- c("mexican", "white", "black", "other")[nh$race]; nh$sex <- c("man", "woman")[nh$sex]
nh$age <- c("0-19", "20-39", "40-59", "60+")[as.integer(nh$age)]
nh$high <- c("no", "yes")[nh$chol + 1]
out(nh, "nhanes.csv"); out(fpc, "fpc.csv"); out(mu284, "mu284.csv")

lv <- function(x) levels(factor(x))
D <- list(
  strat = list(file = "strat.csv", lua = list(weights = "pw", strata = "stype"), r = svydesign(id = ~1, strata = ~stype, weights = ~pw, data = strat)),
  clus1u = list(file = "clus1.csv", lua = list(weights = "uw", clusters = list("dnum")), r = svydesign(id = ~dnum, weights = ~uw, data = clus1)),
  clus1z = list(file = "clus1.csv", lua = list(weights = "zw", clusters = list("dnum")), r = svydesign(id = ~dnum, weights = ~zw, data = clus1)),
  clus2 = list(file = "clus2.csv", lua = list(weights = "pw", clusters = list("dnum", "snum"), fpc = list("fpc1", "fpc2")), r = svydesign(id = ~dnum + snum, fpc = ~fpc1 + fpc2, weights = ~pw, data = clus2)),
  clus2f = list(file = "clus2.csv", lua = list(clusters = list("dnum", "snum"), fpc = list("fpc1", "fpc2")), r = svydesign(id = ~dnum + snum, fpc = ~fpc1 + fpc2, data = clus2)),
  nhanes = list(file = "nhanes.csv", lua = list(weights = "w", strata = "stratum", clusters = list("psu"), nest = TRUE), r = svydesign(id = ~psu, strata = ~stratum, weights = ~w, nest = TRUE, data = nh)))
V <- list(api = list(num = c("api00", "enroll", "avg_ed"), den = "api99", cat = c("awards", "comp_imp", "stype"), by = c("comp_imp", "stype"), pair = list(c("awards", "stype"), c("sch_wide", "stype"))),
          nh = list(num = "chol", den = "chol", cat = c("race", "high"), by = c("sex", "age", "race"), pair = list(c("race", "age"), c("high", "race"), c("sex", "high"))))
open_oracle("design.lua")
est <- function(n, d, id, op, args, rows, tol = 1e-9, extra = NULL) emit(paste0(n, "/", id), d$file, c(list(list("design", d$lua)), extra), op, args, rows, tol)
ci_rows <- function(x, des, levels = NULL, deff = FALSE) rows_of(x, des, levels = levels, deff = deff)

estimates <- function(n, d, des, extra = NULL, tag = "") {
  v <- if (n == "nhanes") V$nh else V$api
  e <- function(id, op, args, rows, tol = 1e-9) est(n, d, paste0(tag, id), op, args, rows, tol, extra)
  for (x in v$num) {
    f <- as.formula(paste0("~", x))
    e(paste0("mean-", x), "mean", list(x), ci_rows(svymean(f, des, na.rm = TRUE), des))
    e(paste0("mean-deff-", x), "mean", list(x, list(deff = TRUE)), { m <- svymean(f, des, na.rm = TRUE, deff = TRUE); list(list(value = coef(m)[[1]], se = SE(m)[[1]], deff = deff(m)[[1]])) }, 1e-8)
    e(paste0("total-", x), "total", list(x), ci_rows(svytotal(f, des, na.rm = TRUE), des))
    for (b in v$by) e(paste0("mean-", x, "-by-", b), "mean", list(x, list(by = b)), { t <- svyby(f, as.formula(paste0("~", b)), des, svymean, na.rm = TRUE); by_rows(t, b, x, "se") })
    for (b in v$by) e(paste0("total-", x, "-by-", b), "total", list(x, list(by = b)), { t <- svyby(f, as.formula(paste0("~", b)), des, svytotal, na.rm = TRUE); by_rows(t, b, x, "se") })
  }
  if (n != "nhanes") for (b in v$by) e(paste0("ratio-by-", b), "ratio", list("api_stu", "api99", list(by = b)), { t <- svyby(~api_stu, as.formula(paste0("~", b)), denominator = ~api99, des, svyratio); by_rows(t, b, "api_stu/api99", "se.api_stu/api99") })
  for (x in v$cat) {
    f <- as.formula(paste0("~", x)); des$variables[[x]] <- factor(des$variables[[x]]); l <- levels(des$variables[[x]])
    e(paste0("prop-", x), "proportion", list(x, list(ci = "wald")), ci_rows(svymean(f, des, na.rm = TRUE), des, levels = l))
    e(paste0("count-", x), "total", list(x), ci_rows(svytotal(f, des, na.rm = TRUE), des, levels = l))
    for (m in c("logit", "likelihood", "asin", "beta", "mean", "xlogit")) {
      name <- c(logit = "logit", likelihood = "likelihood", asin = "arcsine", beta = "beta", mean = "wald", xlogit = "xlogit")[[m]]
      dd <- des; dd$variables$one <- as.numeric(dd$variables[[x]] == l[1])
      if (m == "beta" && (anyNA(dd$variables$one) || n == "clus1z")) next # R counts rows without an answer or weight
      if (SE(svymean(~one, dd, na.rm = TRUE)) < 1e-12) next # a share fixed by the strata: R divides by 0
      z <- tryCatch(svyciprop(~one, dd, method = m, na.rm = TRUE), error = function(e) NULL)
      if (is.null(z) || anyNA(confint(z))) next # R's profile fails on some
      ci <- confint(z); e(paste0("ci-", name, "-", x), "proportion", list(x, list(level = l[1], ci = name)), list(list(level = l[1], value = as.numeric(z), low = ci[[1]], high = ci[[2]])), if (m == "likelihood") 5e-4 else 1e-6) # R reads its profile off a grid
    }
    for (b in setdiff(v$by, x)) e(paste0("prop-", x, "-by-", b), "proportion", list(x, list(by = b, ci = "wald")), {
      t <- svyby(f, as.formula(paste0("~", b)), des, svymean, na.rm = TRUE); by_rows(t, b, paste0(x, l), paste0("se.", x, l), l) })
  }
  for (p in v$pair) for (s in c("F", "Chisq", "Wald", "adjWald", "saddlepoint")) {
    dd <- des; dd <- dd[!is.na(dd$variables[[p[1]]]) & !is.na(dd$variables[[p[2]]]), ]
    t <- tryCatch(svychisq(as.formula(paste0("~", p[1], "+", p[2])), dd, statistic = s), error = function(e) NULL)
    if (is.null(t)) next
    r <- htest_row(t); if (s == "saddlepoint") r[[1]]$df <- NULL
    if (n == "clus1z" && s %in% c("Chisq", "saddlepoint")) r[[1]]$statistic <- NULL # R counts rows of weight 0 in n
    e(paste0("indep-", s, "-", p[1], "-", p[2]), "independence", list(p[1], p[2], list(statistic = s)), r, if (s == "saddlepoint") 1e-4 else 1e-7)
  }
}
for (n in names(D)) estimates(n, D[[n]], D[[n]]$r)
# domains: where keeps all PSUs
for (n in c("strat", "clus1u", "clus2")) estimates(n, D[[n]], subset(D[[n]]$r, api00 > 600), list(list("where", "api00 > 600")), "where-")
estimates("nhanes", D$nhanes, subset(D$nhanes$r, sex == "woman"), list(list("where", "sex = 'woman'")), "where-")
# tests of means and ranks, differences, regression
for (n in c("strat", "clus1u", "clus2")) for (w in c("", "where-")) {
  d <- D[[n]]; des <- d$r; ex <- NULL
  if (w != "") { des <- subset(des, meals > 20); ex <- list(list("where", "meals > 20")) }
  e <- function(id, op, args, rows, tol = 1e-7) est(n, d, paste0(w, id), op, args, rows, tol, ex)
  t <- svyttest(api00 ~ comp_imp, des); e("t", "t_test", list("api00", list(by = "comp_imp")), { r <- htest_row(t); r[[1]]$estimate <- t$estimate[[1]]; r })
  t <- svyranktest(api00 ~ comp_imp, des); e("rank", "rank_test", list("api00", list(by = "comp_imp")), htest_row(t))
  t <- svyranktest(api00 ~ stype, des); e("rank-3", "rank_test", list("api00", list(by = "stype")), list(list(p_value = unname(t$p.value))))
  t <- svyby(~api00, ~stype, des, svymean, covmat = TRUE); x <- svycontrast(t, c(E = -1, H = 1)); e("difference", "difference", list("api00", list(by = "stype", from = "E", to = "H")), list(list(value = coef(x)[[1]], se = SE(x)[[1]])))
  x <- svycontrast(t, c(E = 1, H = -0.5, M = -0.5)); e("contrast", "contrast", list("api00", list(by = "stype", coefficients = list(E = 1, H = -0.5, M = -0.5))), list(list(value = coef(x)[[1]], se = SE(x)[[1]])))
  des$variables$aw <- as.numeric(des$variables$awards == "Yes")
  t <- svyby(~aw, ~stype, des, svymean, covmat = TRUE); x <- svycontrast(t, c(E = -1, M = 1)); e("difference-share", "difference", list("awards", list(level = "Yes", by = "stype", from = "E", to = "M")), list(list(value = coef(x)[[1]], se = SE(x)[[1]])))
  g <- svyglm(api00 ~ meals + stype + awards:ell, des); e("glm", "glm", list("api00 ~ meals + stype + awards:ell"), lapply(seq_along(coef(g)), function(i) list(term = names(coef(g))[i], value = coef(g)[[i]], se = SE(g)[[i]])))
  g <- svyglm(aw ~ meals + stype, des, family = quasibinomial()); e("logistic", "glm", list("awards = 'Yes' ~ meals + stype", list(family = "quasibinomial")), lapply(seq_along(coef(g)), function(i) list(term = names(coef(g))[i], value = coef(g)[[i]], se = SE(g)[[i]])), 1e-6)
}
# quantiles: only where the order of rows does not matter to R
for (n in names(D)[1:5]) for (q in c("math", "school", "hf2", "hf4", "hf7")) for (x in c("api00", "meals")) {
  d <- D[[n]]; des <- d$r; fl <- des[rev(seq_len(nrow(des$variables))), ]; f <- as.formula(paste0("~", x))
  g <- function(s) tryCatch(svyquantile(f, s, c(.2, .5, .75), qrule = q, interval.type = "mean", ci = TRUE)[[1]][, 1:3], error = function(e) NULL)
  a <- g(des); b <- g(fl); if (is.null(a) || !isTRUE(all.equal(a, b, tolerance = 1e-12))) next
  est(n, d, paste0("quantile-", q, "-", x), "quantile", list(x, list(p = list(.2, .5, .75), rule = q)), lapply(1:3, function(i) list(p = c(.2, .5, .75)[i], value = a[i, 1], low = a[i, 2], high = a[i, 3])), 1e-7)
}
# published two-stage and stratified examples; one- and two-stage totals
m <- svydesign(id = ~id1 + id2, fpc = ~n1 + n2, data = mu284)
emit("mu284/total", "mu284.csv", list(list("design", list(clusters = list("id1", "id2"), fpc = list("n1", "n2")))), "total", list("y1"), rows_of(svytotal(~y1, m), m))
emit("mu284/mean", "mu284.csv", list(list("design", list(clusters = list("id1", "id2"), fpc = list("n1", "n2")))), "mean", list("y1"), rows_of(svymean(~y1, m), m))
f <- svydesign(id = ~psuid, strata = ~stratid, weight = ~weight, data = fpc, nest = TRUE, fpc = ~Nh)
for (o in c("mean", "total")) emit(paste0("fpc/", o), "fpc.csv", list(list("design", list(weights = "weight", clusters = list("psuid"), strata = "stratid", fpc = "Nh", nest = TRUE))), o, list("x"), rows_of(if (o == "mean") svymean(~x, f) else svytotal(~x, f), f))
# weighting with unequal start weights
pop <- list(stype = c(E = 4421, H = 755, M = 1018), sch_wide = c(No = 1072, Yes = 5122))
P <- lapply(names(pop), function(k) setNames(data.frame(names(pop[[k]]), pop[[k]]), c(k, "Freq"))); names(P) <- names(pop)
weighted <- function(tag, des, file, steps, tol = 1e-7) {
  emit(paste0(tag, "/mean"), file, steps, "mean", list("api00"), rows_of(svymean(~api00, des), des), tol)
  emit(paste0(tag, "/total"), file, steps, "total", list("enroll"), rows_of(svytotal(~enroll, des, na.rm = TRUE), des), tol)
  emit(paste0(tag, "/ratio"), file, steps, "ratio", list("api_stu", "api99"), { r <- svyratio(~api_stu, ~api99, des); list(list(value = coef(r)[[1]], se = SE(r)[[1]])) }, tol)
  emit(paste0(tag, "/by"), file, steps, "mean", list("api00", list(by = "awards")), { t <- svyby(~api00, ~awards, des, svymean); by_rows(t, "awards", "api00", "se") }, tol)
  emit(paste0(tag, "/where"), file, c(steps, list(list("where", "meals > 20"))), "mean", list("api00"), { s <- subset(des, meals > 20); m <- svymean(~api00, s); list(list(value = coef(m)[[1]], se = SE(m)[[1]])) }, tol)
}
for (n in c("strat", "clus1u")) {
  d <- D[[n]]; st <- function(...) list(list("design", d$lua), list(...))
  weighted(paste0(n, "-rake"), rake(d$r, list(~stype, ~sch_wide), P, control = list(epsilon = 1e-10, maxit = 500)), d$file, st("rake", pop, list(epsilon = 1e-12)))
  weighted(paste0(n, "-poststratify"), postStratify(d$r, ~sch_wide, P$sch_wide), d$file, st("poststratify", "sch_wide", pop$sch_wide))
  tot <- c(`(Intercept)` = 6194, stypeH = 755, stypeM = 1018, api99 = 3914069)
  for (k in c("linear", "raking", "logit")) {
    b <- if (k == "logit") c(0.2, 4) else c(-Inf, Inf)
    cal <- calibrate(d$r, ~stype + api99, tot, calfun = k, bounds = b, epsilon = 1e-10, maxit = 500)
    o <- list(distance = k, epsilon = 1e-11); if (k == "logit") o$bounds <- list(0.2, 4)
    weighted(paste0(n, "-calibrate-", k), cal, d$file, st("calibrate", list(stype = pop$stype, api99 = 3914069), o), 1e-6)
  }
  # an adjustment after another
  weighted(paste0(n, "-twice"), rake(postStratify(d$r, ~sch_wide, P$sch_wide), list(~stype, ~sch_wide), P, control = list(epsilon = 1e-10, maxit = 500)), d$file, list(list("design", d$lua), list("poststratify", "sch_wide", pop$sch_wide), list("rake", pop, list(epsilon = 1e-12))), 1e-6)
}
# replicates that are made, plain and adjusted afterwards
made <- function(tag, des, file, steps, tol = 1e-9) {
  emit(paste0(tag, "/mean"), file, steps, "mean", list("api00"), rows_of(svymean(~api00, des), des), tol)
  emit(paste0(tag, "/prop"), file, steps, "proportion", list("awards", list(ci = "wald")), rows_of(svymean(~awards, des), des, levels = c("No", "Yes")), tol)
  emit(paste0(tag, "/by"), file, steps, "mean", list("api00", list(by = "awards")), { t <- svyby(~api00, ~awards, des, svymean); by_rows(t, "awards", "api00", "se") }, tol)
  emit(paste0(tag, "/indep"), file, steps, "independence", list("awards", "comp_imp", list(statistic = "F")), htest_row(svychisq(~awards + comp_imp, des, statistic = "F")), 1e-7)
  g <- svyglm(api00 ~ meals + ell, des); emit(paste0(tag, "/glm"), file, steps, "glm", list("api00 ~ meals + ell"), lapply(seq_along(coef(g)), function(i) list(term = names(coef(g))[i], value = coef(g)[[i]], se = SE(g)[[i]])), 1e-7)
  emit(paste0(tag, "/t"), file, steps, "t_test", list("api00", list(by = "awards")), { t <- svyttest(api00 ~ awards, des); htest_row(t) }, 1e-7)
}
for (m in c(TRUE, FALSE)) {
  s1 <- list(list("design", list(weights = "uw", clusters = list("dnum"))), list("to_replicates", list(kind = "jk1", mse = m)))
  j1 <- as.svrepdesign(D$clus1u$r, type = "JK1", mse = m); made(paste0("jk1-", tolower(m)), j1, "clus1.csv", s1)
  s2 <- list(list("design", D$strat$lua), list("to_replicates", list(kind = "jkn", mse = m)))
  jn <- as.svrepdesign(D$strat$r, type = "JKn", mse = m); made(paste0("jkn-", tolower(m)), jn, "strat.csv", s2)
  made(paste0("jk1-rake-", tolower(m)), rake(j1, list(~stype, ~sch_wide), P, control = list(epsilon = 1e-10, maxit = 500)), "clus1.csv", c(s1, list(list("rake", pop, list(epsilon = 1e-12)))), 1e-6)
  made(paste0("jkn-post-", tolower(m)), postStratify(jn, ~sch_wide, P$sch_wide), "strat.csv", c(s2, list(list("poststratify", "sch_wide", pop$sch_wide))), 1e-7)
}
jf <- as.svrepdesign(svydesign(id = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = strat), type = "JKn")
made("jkn-fpc", jf, "strat.csv", list(list("design", list(weights = "pw", strata = "stype", fpc = "fpc")), list("to_replicates", list(kind = "jkn"))))
# BRR and Fay: any Hadamard matrix of full balance gives the same variance of a linear statistic
nb <- svydesign(id = ~psu, strata = ~stratum, weights = ~w, nest = TRUE, data = nh)
for (k in c("brr", "fay")) {
  b <- if (k == "brr") as.svrepdesign(nb, type = "BRR") else as.svrepdesign(nb, type = "Fay", fay.rho = 0.3)
  o <- list(kind = k); if (k == "fay") o$rho <- 0.3
  x <- svytotal(~I(race == "black"), b)
  emit(paste0(k, "/count"), "nhanes.csv", list(list("design", D$nhanes$lua), list("to_replicates", o)), "total", list("race"), list(list(level = "black", value = coef(x)[[2]], se = SE(x)[[2]])))
}
# replicates that are given: every kind, combined or factors
r4 <- matrix(c(2,0,1,1,0,2, 1,1,2,0,0,2, 0,2,0,2,1,1, 1.5,0.5,1.5,0.5,1,1), 6); colnames(r4) <- paste0("f", 1:4)
g6 <- data.frame(id = 1:6, w = c(10, 12, 9, 14, 20, 8), y = c(3, 5, 4, 9, 2, 6), x = c(1, 2, 2, 3, 1, 2))
wr <- r4 * g6$w; colnames(wr) <- paste0("rw", 1:4); given <- cbind(g6, r4, wr); out(given, "given.csv")
for (k in c("BRR", "Fay", "JK1", "JKn", "bootstrap", "other")) for (m in c(TRUE, FALSE)) for (cw in c(TRUE, FALSE)) {
  a <- list(data = given, weights = ~w, repweights = if (cw) wr else r4, type = k, combined.weights = cw, mse = m)
  o <- list(weights = "w", replicate_weights = if (cw) "rw%d+" else "f%d+", kind = tolower(k), mse = m); if (!cw) o$combined <- FALSE
  if (k == "Fay") { a$rho <- 0.3; o$rho <- 0.3 }
  if (k %in% c("JK1", "bootstrap", "other")) { a$scale <- 0.7; a$rscales <- rep(1, 4); o$scale <- 0.7 }
  if (k == "JKn") { a$scale <- 1; a$rscales <- c(.5, .6, .7, .8); o$scale <- 1; o$rscales <- list(.5, .6, .7, .8) }
  r <- suppressWarnings(do.call(svrepdesign, a))
  for (op in c("mean", "total")) { z <- if (op == "mean") svymean(~y, r) else svytotal(~y, r); emit(paste0("given-", k, "-", m, "-", cw, "/", op), "given.csv", list(list("replicates", o)), op, list("y"), list(list(value = coef(z)[[1]], se = SE(z)[[1]]))) }
  z <- svyratio(~y, ~x, r); emit(paste0("given-", k, "-", m, "-", cw, "/ratio"), "given.csv", list(list("replicates", o)), "ratio", list("y", "x"), list(list(value = coef(z)[[1]], se = SE(z)[[1]])))
}
# lonely PSUs with clusters: one stratum keeps a single PSU
lone <- nh[!(nh$stratum == 75 & nh$psu == 2), ]
for (o in c("adjust", "certainty", "average")) {
  options(survey.lonely.psu = o); ld <- svydesign(id = ~psu, strata = ~stratum, weights = ~w, nest = TRUE, data = lone)
  l <- c(D$nhanes$lua, list(lonely = o))
  m <- svymean(~chol, ld, na.rm = TRUE); emit(paste0("lonely-", o, "/mean"), "nhanes.csv", list(list("drop_rows", "stratum = 75 and psu = 2"), list("design", l)), "mean", list("chol"), list(list(value = coef(m)[[1]], se = SE(m)[[1]])))
  t <- svyby(~chol, ~sex, ld, svymean, na.rm = TRUE); emit(paste0("lonely-", o, "/by"), "nhanes.csv", list(list("drop_rows", "stratum = 75 and psu = 2"), list("design", l)), "mean", list("chol", list(by = "sex")), by_rows(t, "sex", "chol", "se"))
}
options(survey.lonely.psu = "fail")
close_oracle()
