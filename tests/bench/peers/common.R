# Shared by the peers in R: FILE REPS TASKS..., a line of output a repetition with the peak memory
# of the task, and the answers for compare.lua (ANSWERS=FILE).
peak <- function() {
  line <- grep("^VmHWM", readLines("/proc/self/status"), value = TRUE)
  as.integer(sub("\\D*(\\d+).*", "\\1", line))
}

now <- function() as.numeric(proc.time()[["elapsed"]])

# Runs f reps times, prints a line for each, gives the last result. proc.time counts milliseconds:
# what takes less than 20 of them is run by the dozen.
run <- function(name, task, rows, reps, f) {
  for (i in seq_len(reps)) {
    gc(FALSE)
    cat("5", file = "/proc/self/clear_refs") # restarts the peak counter
    times <- 0
    start <- now()
    repeat {
      r <- f()
      times <- times + 1
      spent <- now() - start
      if (spent >= 0.02) break
    }
    cat(sprintf("%s,%s,%d,%.6f,%d\n", name, task, as.integer(rows), spent / times, peak()))
    flush(stdout())
  }
  invisible(r)
}

arg <- commandArgs(TRUE)
file <- arg[1]
reps <- as.integer(arg[2])
want <- function(t) t %in% arg[-(1:2)] || "all" %in% arg[-(1:2)]
items <- sprintf("q%02d", 1:30)
banners <- c("gender", "level", "year")

answers <- if (nzchar(Sys.getenv("ANSWERS"))) file(Sys.getenv("ANSWERS"), "w", encoding = "UTF-8")

# Numbers of a task's answer, one a key. Keys with an empty part, NA or 255 (no answer in the
# codes layout) are no cells of a table.
put <- function(task, keys, what, numbers) {
  if (is.null(answers)) return(invisible())
  keys <- gsub("\n", "\\\\n", enc2utf8(as.character(keys)), useBytes = FALSE)
  fine <- !grepl("(^|[|])(NA|255|)([|]|$)", keys)
  writeLines(sprintf("%s\t%s\t%s\t%.17g", task, keys, what, as.numeric(numbers))[fine], answers,
    useBytes = TRUE)
}
