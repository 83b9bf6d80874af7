# The design-based tasks of design.lua in R's survey package, on the same file.
#   Rscript design.R FILE OUT      (Debian: r-base-core, r-cran-survey)
# Writes one line a task: name, median milliseconds of three, first value, its standard error.
suppressMessages(library(survey))
args <- commandArgs(TRUE)
d <- read.csv(args[1])
d$cluster <- d$psu * 10 + (d$q29 * 7 + d$q30) %% 10
d$answer <- factor(ifelse(d$q01 == 255, NA, d$q01)); d$score <- ifelse(d$q02 == 255, NA, d$q02)
d$gender <- factor(d$gender)
d <- d[!is.na(d$answer) & !is.na(d$score), ]
out <- file(args[2], "w")
task <- function(name, f, reps = 3) {
  ms <- numeric(reps)
  for (i in seq_len(reps)) { gc(FALSE); ms[i] <- system.time(r <- f())[["elapsed"]] * 1000 }
  value <- if (inherits(r, "htest")) c(r$statistic, r$parameter[[2]]) else if (inherits(r, "survey.design") || inherits(r, "svyrep.design")) c(0, 0) else c(coef(r)[[1]], SE(r)[[1]])
  writeLines(sprintf("%s\t%.3f\t%.15g\t%.15g", name, median(ms), value[1], value[2]), out); flush(out); r
}
des <- task("declare", function() svydesign(ids = ~cluster, strata = ~stratum, weights = ~weight, data = d))
invisible(task("mean", function() svymean(~score, des)))
invisible(task("share of 5 levels", function() svymean(~answer, des)))
invisible(task("share by gender", function() svyby(~answer, ~gender, des, svymean)))
invisible(task("independence", function() svychisq(~answer + gender, des)))
set.seed(1)
boot <- task("make 100 bootstrap replicates", function() as.svrepdesign(des, type = "subbootstrap", replicates = 100), 1)
invisible(task("share, 100 replicates", function() svymean(~answer, boot), 1))
invisible(task("share by gender, 100 replicates", function() svyby(~answer, ~gender, boot, svymean), 1))
close(out)
