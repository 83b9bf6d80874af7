# Rscript survey.R FILE REPS TASKS...   design-based estimates on the codes layout
# tasks: mean by table chisq boot columns jkn report report_print | all
# "report" is 30 items x 3 banners: percentages with standard errors, once whatever REPS.
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
source(file.path(here, "common.R"))
suppressMessages({ library(survey); library(data.table) })
setDTthreads(as.integer(Sys.getenv("PEER_THREADS", "2")))
d <- as.data.frame(fread(file, showProgress = FALSE))
n <- nrow(d)
numbers <- d[c("psu", "q29", "q30")]
for (q in items) d[[q]] <- factor(ifelse(d[[q]] == 255L, NA, d[[q]])) # item nonresponse
for (b in banners) d[[b]] <- factor(d[[b]])
t <- function(task, f, k = reps) run("R survey", task, n, k, f)
declare <- function() svydesign(ids = ~psu, strata = ~stratum, weights = ~weight, data = d, nest = TRUE)
des <- if (want("declare")) t("declare", declare) else declare()

# An estimate by one banner: rows are groups, columns the levels, then their standard errors.
answer <- function(task, item, banner, r) {
  levels <- levels(d[[item]])
  k <- length(levels)
  for (j in seq_along(levels)) {
    keys <- paste(item, banner, levels[j], r[[banner]], sep = "|")
    put(task, keys, "value", r[[1 + j]])
    put(task, keys, "se", r[[1 + k + j]])
  }
}
share <- function(item, banner, design) {
  svyby(reformulate(item), reformulate(banner), design, svymean, na.rm = TRUE)
}

if (want("mean")) t("mean_se", function() svymean(~q01, des, na.rm = TRUE))
if (want("by")) answer("by_gender_se", "q01", "gender", t("by_gender_se", function() share("q01", "gender", des)))
if (want("table")) t("xtab1_weighted", function() svytable(~q01 + gender, des))
if (want("chisq")) {
  r <- t("rao_scott", function() svychisq(~q01 + gender, des))
  put("rao_scott", "test", "statistic", r$statistic)
  put("rao_scott", "test", "df", r$parameter[1])
  put("rao_scott", "test", "ddf", r$parameter[2])
  put("rao_scott", "test", "p_value", r$p.value)
}
# Replicates drawn at random: their values can be compared, their standard errors cannot.
if (want("boot")) {
  set.seed(1)
  bs <- t("make_boot100", function() as.svrepdesign(des, type = "bootstrap", replicates = 100), 1)
  r <- t("boot100_by_gender", function() share("q01", "gender", bs), 1)
  levels <- levels(d$q01)
  for (j in seq_along(levels))
    put("boot100_by_gender", paste("q01|gender", levels[j], r$gender, sep = "|"), "value", r[[1 + j]])
  rm(bs)
}
# 100 columns given: in or out by a rule of whole numbers (bilan.lua has the same).
columns <- function(task, rule) {
  w <- vapply(1:100, function(r) d$weight * ifelse((rule + r * 11) %% 23 < 11, 1.5, 0.5), d$weight)
  given <- svrepdesign(data = d[c("q01", "gender")], weights = d$weight, repweights = w,
    type = "other", scale = 0.04, rscales = rep(1, 100), combined.weights = TRUE, mse = TRUE)
  rm(w)
  answer(task, "q01", "gender", t(task, function() share("q01", "gender", given), 1))
}
if (want("columns")) {
  columns("columns100_by_gender", numbers$psu * 37 + numbers$q29 * 7 + numbers$q30)
  columns("school100_by_gender", numbers$psu * 37)
}
if (want("jkn")) { # one replicate a cluster: 200
  jk <- t("make_jkn200", function() as.svrepdesign(des, type = "JKn"), 1)
  t("mean_jkn200", function() svymean(~q01, jk, na.rm = TRUE), 1)
}
if (want("report")) {
  r <- t("report90_se", function() {
    made <- list()
    for (q in items) for (b in banners) made[[length(made) + 1]] <- list(q, b, share(q, b, des))
    made
  }, 1)
  for (table in r) answer("report90_se", table[[1]], table[[2]], table[[3]])
}
# The same to read: what an edited script shows again.
if (want("report_print")) for (q in items) for (b in banners) print(share(q, b, des))
