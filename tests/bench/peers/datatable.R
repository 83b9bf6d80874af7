# Rscript datatable.R FILE REPS TASKS...    tasks: ingest xtab1 xtab90 | all
# Text and codes are factors, as an analyst would hold them.
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
source(file.path(here, "common.R"))
suppressMessages(library(data.table))
nt <- as.integer(Sys.getenv("PEER_THREADS", "2"))
setDTthreads(nt)
name <- sprintf("data.table-%dt", nt)
read <- function() fread(file, stringsAsFactors = TRUE, encoding = "UTF-8", showProgress = FALSE)

d <- if (want("ingest")) NULL else read()
wide <- !startsWith(readLines(file, 1), "psu,")
if (want("ingest")) {
  task <- if (wide) "ingest_wide" else "ingest_codes"
  rows <- nrow(read())
  d <- run(name, task, rows, reps, read)
  for (v in c(items, banners, if (wide) "verbatim")) {
    counts <- d[, .N, by = v]
    # fread leaves a doubled quote as it stands in the file
    put(task, paste(v, gsub('""', '"', counts[[v]], fixed = TRUE), sep = "|"), "n", counts$N)
  }
  put(task, "weight", "w", sum(d$weight))
  put(task, "rows", "n", nrow(d))
}
n <- nrow(d)
if (!is.factor(d$q01) && (want("xtab1") || want("xtab90")))
  for (v in c(items, banners)) set(d, j = v, value = as.factor(d[[v]]))

answer <- function(task, i, b, r) {
  keys <- paste(i, b, r[[1]], r[[2]], sep = "|")
  put(task, keys, "n", r$n)
  if (!is.null(r$w)) put(task, keys, "w", r$w)
}

if (want("xtab1")) {
  r <- run(name, "xtab1_count", n, reps, function() d[, .(n = .N), by = .(q01, gender)])
  answer("xtab1_count", "q01", "gender", r)
  r <- run(name, "xtab1_weighted", n, reps, function()
    d[, .(n = .N, w = sum(weight)), by = .(q01, gender)])
  answer("xtab1_weighted", "q01", "gender", r)
}
if (want("xtab90")) {
  pairs <- expand.grid(b = banners, i = items, stringsAsFactors = FALSE)
  r <- run(name, "xtab90_weighted", n, max(1, reps %/% 2), function()
    Map(function(i, b) d[, .(n = .N, w = sum(weight)), by = c(i, b)], pairs$i, pairs$b))
  for (k in seq_along(r)) answer("xtab90_weighted", pairs$i[k], pairs$b[k], r[[k]])
}
