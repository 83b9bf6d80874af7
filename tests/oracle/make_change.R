# Change between two years by R's survey: stacked designs and svycontrast; years apart where each has
# its own calibration or replicates.
#   cd tests/oracle && Rscript make_change.R      (Debian: r-base-core, r-cran-survey 4.1-1)
# writes data/waves.csv (made up: 24 schools, 12 of them in both years) and change.lua.
suppressMessages(library(survey))
wave <- function(year, shift, schools) do.call(rbind, lapply(schools, function(k) {
  n <- 4 + (k * 7 + year) %% 5
  e <- sin(k * 2.3) # of the school, the same in both years
  data.frame(year = year, school = k, region = 1 + k %% 3, schools = c(60, 50, 70)[1 + k %% 3],
    pupils = 3 * n, weight = 10 + (k * 3 + year) %% 7,
    yes = as.integer(((seq_len(n) * 37 + k * 11 + year * 5) %% 100) / 100 < plogis(e + shift)),
    hours = round(2 + e + shift + ((seq_len(n) * 13 + k * 7) %% 10) / 5, 2),
    girl = (seq_len(n) + k) %% 2)
}))
a <- wave(2021, 0, 1:18); b <- wave(2022, 0.4, 7:24); d <- rbind(a, b)
d$row <- seq_len(nrow(d))
write.csv(d, "data/waves.csv", row.names = FALSE)
sink("change.lua")
cat("-- Written by make_change.R.\nreturn {\n")
emit <- function(design, item, by, value, se, df)
  cat(sprintf("  { design = \"%s\", item = \"%s\", by = %s, value = %.17g, se = %.17g, df = %g },\n", design, item, by, value, se, df))
contrast <- function(svy, f) {
  m <- svyby(f, ~year, svy, svymean, covmat = TRUE)
  v <- svycontrast(m, setNames(c(-1, 1), rownames(m)))
  c(coef(v), sqrt(vcov(v)), degf(svy))
}
d$cluster <- interaction(d$year, d$school, drop = TRUE); d$stratum <- interaction(d$year, d$region)
designs <- list(
  years = svydesign(~cluster, strata = ~stratum, weights = ~weight, data = d),
  unit = svydesign(~school, strata = ~region, weights = ~weight, data = d),
  plain_unit = svydesign(~school, weights = ~1, data = d),
  fpc = svydesign(~cluster, strata = ~stratum, weights = ~weight, fpc = ~schools, data = d),
  stages = svydesign(~cluster + row, strata = ~stratum, fpc = ~schools + pupils, data = d),
  rows = svydesign(~1, strata = ~year, weights = ~weight, data = d))
for (n in names(designs)) for (v in c("yes", "hours")) for (g in c(NA, 0, 1)) {
  s <- if (is.na(g)) designs[[n]] else subset(designs[[n]], girl == g)
  x <- contrast(s, as.formula(paste0("~", v)))
  emit(n, v, if (is.na(g)) "nil" else sprintf("\"%d\"", g), x[1], x[2], x[3])
}
# totals of the stack
for (n in c("years", "unit", "plain_unit")) {
  m <- svyby(~hours, ~year, designs[[n]], svytotal, covmat = TRUE)
  v <- svycontrast(m, setNames(c(-1, 1), rownames(m)))
  emit(n, "hours\", statistic = \"total", "nil", coef(v), sqrt(vcov(v)), degf(designs[[n]]))
}
# years apart: the variance of the change is the sum of both
apart <- function(n, f) for (v in c("yes", "hours")) {
  x <- f(a); y <- f(b); m <- svymean(as.formula(paste0("~", v)), x); w <- svymean(as.formula(paste0("~", v)), y)
  emit(n, v, "nil", coef(w) - coef(m), sqrt(vcov(m) + vcov(w)), degf(x) + degf(y))
}
drawn <- function(x) svydesign(~school, strata = ~region, weights = ~weight, data = x)
apart("calibrated", function(x) calibrate(drawn(x), ~factor(girl), c(`(Intercept)` = 1500, `factor(girl)1` = 800)))
apart("replicates", function(x) as.svrepdesign(drawn(x), type = "JKn"))
cat("}\n")
sink()
