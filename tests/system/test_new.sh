#!/bin/sh
# A year from its start to its archive, as a person goes: bilan new, a run without data, with half
# of them, with all; every command of the checklist; bilan diff.   Speaks TAP.
. "${0%/*}/tap.sh"
PATH=$build:$PATH
export PATH

# A project with one year, whatever others there are in the repository by now.
project() {
  mkdir -p "$1/scripts/itd" "$1/datasets/itd"
  cp -r "$root/datasets/itd/2022-2023" "$1/datasets/itd/"
  for script in 2022-2023 enquete-2022-2023 classes-2022-2023 tirage-classes; do
    cp "$root/scripts/itd/$script.lua" "$1/scripts/itd/"
  done
}
project "$work/itd"
cd "$work/itd" || exit 1

everything() { find . -type f ! -path './out/*' -exec sha256sum {} + | sort -k 2; }

# ---- wrong usage ----
run new; gives new_wants_a_year 2 "" "bilan new 2023-2024 --from 2022-2023"
run new 2023-2024; gives new_wants_a_model 2 "" "from which year"
run new 2022-2023 --from 2022-2023; gives the_same_year 2 "" "are the same"
run new 2023-24 --from 2022-2023; gives a_year_is_written_like_the_other 2 "" "expected a year such as 2023-2024"
run new 2023-2024 --from 2021-2022; gives no_files_of_the_model 1 "" 'no files of "2021-2022".*did you mean "2022-2023"'
run new 2023-2024 --from 2022-223; gives a_model_that_is_no_year 2 "" 'did you mean "2022-2023"'
run new 2023-2024 --from 2022-2023 --in ../nothere; gives a_folder_without_files 1 "" "no file there is named by a year"

# ---- new ----
run run --archive itd.bilan scripts/itd/2022-2023.lua
gives last_year_runs 0 "page: out/itd-2022-2023.html" "recorded: itd.bilan, run 1: 6 figures"
cp out/itd-2022-2023.html ../last-year.html
everything >../before.txt
run new 2023-2024 --from 2022-2023 --dry-run
gives dry_run_lists 0 "would write datasets/itd/2023-2024/codebook.lua: from datasets/itd/2022-2023" ""
everything | cmp -s - ../before.txt; result dry_run_writes_nothing "$([ $? -eq 0 ] || everything)"
run new 2023-2024 --from 2022-2023
gives new_writes 0 "wrote scripts/itd/2023-2024.lua: from scripts/itd/2022-2023.lua" ""
result ten_files_were_written "$([ "$(grep -c '^wrote ' "$work/out.txt")" = 10 ] || cat "$work/out.txt")"
everything | grep -v -e 2023-2024 | cmp -s - ../before.txt
result no_other_file_was_touched "$([ $? -eq 0 ] || everything)"
result headings_only "$(wc -l datasets/itd/2023-2024/*.?sv | grep -v total | grep -v '^ *1 ')"
everything >../before.txt
run new 2023-2024 --from 2022-2023
gives new_overwrites_nothing 1 "" "10 of the files are there already, so nothing was written"
rm CHECKLIST-2023-2024.md scripts/itd/2023-2024.lua
run new 2023-2024 --from 2022-2023
gives new_is_all_or_nothing 1 "" "8 of the files are there already"
result nothing_was_added "$([ ! -e CHECKLIST-2023-2024.md ] || echo written)"
rm -r datasets/itd/2023-2024 scripts/itd/*2023-2024*
cd .. && mkdir elsewhere && cd elsewhere || exit 1
run new 2023-2024 --from 2022-2023 --in ../itd
gives new_in_a_folder 0 "wrote CHECKLIST-2023-2024.md" ""
cd ../itd || exit 1
everything | cmp -s - ../before.txt; result the_same_bytes_each_time "$([ $? -eq 0 ] || everything)"

# ---- no data ----
data=datasets/itd/2023-2024
run run --archive itd.bilan scripts/itd/2023-2024.lua
gives runs_without_data 0 "page: out/itd-2023-2024.html" "^still missing:"
result names_files_without_rows "$(grep -q "$data/repondants.csv: no rows" "$work/err.txt" || cat "$work/err.txt")"
result names_indicators_without_figure "$(grep -q 'indicators without a figure: satisfaction-college' "$work/err.txt" || cat "$work/err.txt")"
result the_page_says_it_in_words "$(grep -q 'la base est nulle' out/itd-2023-2024.html || echo no words)"
result the_page_has_no_broken_figure "$(grep -oE '>(-?nan|-?inf|nil)[ %<]' out/itd-2023-2024.html)"
run run scripts/itd/classes-2023-2024.lua
gives other_scripts_run_without_data 0 "pas encore de réponses" "*"

# ---- half of the data: some rows, no teachers, one item blank, one nearly ----
awk -F, -v OFS=, 'NR == 1 { print; next }
  $3 == "élève" && NR % 7 == 2 { $14 = ""; if (NR % 3) $11 = ""; print }' \
  datasets/itd/2022-2023/repondants.csv >"$data/repondants.csv"
awk -F';' -v OFS=';' 'NR > 1 { $5 = "" } NR < 6' datasets/itd/2022-2023/etablissements.csv >"$data/etablissements.csv"
run run --archive itd.bilan scripts/itd/2023-2024.lua
gives runs_on_half_of_the_data 0 "page: out/itd-2023-2024.html" "^still missing:"
for line in "$data/repondants.csv: no answer to envie" "interet_metiers \([0-9]+ of [0-9]+\)" \
  "$data/etablissements.csv: no answer to interventions" "$data/temoignages.csv: no rows" \
  "no respondents where public = 'enseignant'" "without a figure: envie-lycee, renouveler"; do
  result "says_that_$(echo "$line" | tr -cd 'a-z_')_lacks" "$(tr '\n' ' ' <"$work/err.txt" | grep -qE "$line" || cat "$work/err.txt")"
done

# ---- all of the data, last year's: the same page but for the year ----
cp datasets/itd/2022-2023/*.?sv "$data/"
run run --archive itd.bilan scripts/itd/2023-2024.lua
gives runs_on_all_of_the_data 0 "page" "recorded"
result nothing_is_missing_any_more "$(grep 'still missing' "$work/err.txt")"
for year in 2022-2023 2023-2024; do
  sed 's/202[23]-202[34]/YEAR/g' "out/itd-$year.html" >"../$year.html"
done
cmp -s ../2022-2023.html ../2023-2024.html
result the_page_is_last_years_but_for_the_year "$(diff ../2022-2023.html ../2023-2024.html | cut -c 1-300)"

# ---- diff ----
run diff 2022-2023 2023-2024 --archive itd.bilan
gives diff_of_years_with_the_same_answers 0 "Figures changed: 0; the same: 6" ""
run diff itd.bilan#2022-2023 itd.bilan#3 --html diff.html
gives diff_with_a_half_filled_year 0 "Figures changed: 6" "page: diff.html"
result diff_fits_80_columns "$([ "$(LC_ALL=C.UTF-8 wc -L <"$work/out.txt")" -le 80 ] || cat "$work/out.txt")"
result diff_page_is_self_contained "$(grep -q "default-src 'none'" diff.html && ! grep -qE '(src|href)="http' diff.html || echo open)"
run diff --format json --all itd.bilan#1 itd.bilan
gives diff_as_json 0 '"state":"same"' ""
run diff itd.bilan#1 itd.bilan#9; gives diff_unknown_run 1 "" 'no run or wave "9"'
run diff itd.bilan#2022-2024 itd.bilan; gives diff_unknown_wave 1 "" 'did you mean "202[23]-202[34]"'
run diff itd.bilan; gives diff_wants_two 2 "" "bilan diff A B"
run diff itd.bilan nothere.bilan; gives diff_absent 1 "" 'no archive "nothere.bilan"'
run diff itd.bilan scripts/itd/2022-2023.lua; gives diff_of_no_archive 1 "" "is no archive"
run run --out a scripts/itd/2022-2023.lua
run run --out b scripts/itd/2022-2023.lua
run diff a b; gives diff_of_folders 0 "^a: |No figure differs" ""

# ---- the checklist's commands, as they stand ----
awk '/^```sh/ { on = 1; next } /^```/ { on = 0 } on' CHECKLIST-2023-2024.md >../commands.txt
result the_checklist_has_commands "$([ "$(wc -l <../commands.txt)" -ge 8 ] || cat ../commands.txt)"
while read -r command; do
  sh -c "$command" >"$work/out.txt" 2>&1 </dev/null
  status=$?
  case $command in "bilan check "*) [ $status -le 1 ] && status=0 ;; esac # it finds wrong claims
  result "checklist: $command" "$([ $status -eq 0 ] || cat "$work/out.txt")"
done <../commands.txt
"$bilan" run scripts/itd/2022-2023.lua >/dev/null 2>&1
cmp -s out/itd-2022-2023.html ../last-year.html
result last_years_page_is_what_it_was "$([ $? -eq 0 ] || echo differs)"
plan
