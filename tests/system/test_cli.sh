#!/bin/sh
# The command line: statuses 0 1 2 3, results on stdout, messages on stderr, the same bytes in
# every locale, folder and run.   Speaks TAP.
. "${0%/*}/tap.sh"
rse=${BILAN_RSE:-} # the folder of the survey that is not in the project
cd "$work" || exit 1

cat >eleves.csv <<'END'
genre;niveau;âge;note;avis
fille;college;12;12,5;"bien ; très bien"
garçon;college;13;9;
fille;lycee;16;15;"=1+1"
garçon;lycee;17;;non
fille;college;13;11,5;"dit ""oui"""
autre;lycee;15;14;oui
END
cat >codebook.lua <<'END'
return { items = { { id = "genre", kind = "single", label = "Genre déclaré" } } }
END

# ---- statuses and help ----
run; gives no_command_is_wrong_usage 2 "" "bilan tab"
run --help; gives help_is_a_result 0 "bilan run SCRIPT" ""
run help; gives help_as_a_command 0 "bilan run SCRIPT" ""
run --version; gives version_names_the_libraries 0 "^bilan [0-9.]+, Lua 5\.4, SQLite 3\." ""
for command in run tab describe check convert new diff repl; do
  run $command --help
  gives ${command}_help_has_an_example 0 "^example: bilan $command" ""
  run help $command
  gives help_of_$command 0 "^usage: bilan $command" ""
  result help_of_${command}_fits_80_columns "$(sed '/^example:/,$d' out.txt | awk 'length($0) > 80')"
  run $command -h
  gives ${command}_short_help 0 "^usage: bilan $command" ""
done
run tab eleves.csv genre --help; gives help_after_arguments 0 "^usage: bilan tab" ""
run tba eleves.csv genre; gives unknown_command_has_a_hint 2 "" 'unknown command "tba"; did you mean "tab"'
run help tba; gives help_of_an_unknown_command 2 "" 'did you mean "tab"'
run tab --wher x eleves.csv genre
gives unknown_option_has_a_hint 2 "" 'unknown option "--wher"; did you mean "--where"'
run tab -x eleves.csv genre; gives unknown_short_option 2 "" 'unknown option "-x"'
run tab eleves.csv genre --format cvs; gives unknown_format_has_a_hint 2 "" 'format "cvs"; did you mean "csv"'
run describe eleves.csv --format cvs; gives unknown_format_of_describe 2 "" 'did you mean "csv"'
run check eleves.csv --format jsno; gives unknown_format_of_check 2 "" 'did you mean "json"'
run tab eleves.csv genre niveau --percent rwo; gives unknown_percent 2 "" 'did you mean "row"'
run tab eleves.csv; gives too_few_arguments 2 "" "tab takes a file"
run tab eleves.csv genre --where; gives option_without_value 2 "" "needs a value"
run tab eleves.csv genre --test=yes; gives flag_with_a_value 2 "" "takes no value"
run run --timeout soon x.lua; gives a_limit_is_a_number 2 "" "whole number"
run run --memory 99999999999999 x.lua; gives a_limit_has_bounds 2 "" "whole number"
run convert eleves.csv eleves.tvs; gives unknown_ending 2 "" 'did you mean "tsv"'
run tab nothere.csv genre; gives absent_file 1 "" 'nothere.csv.*No such file'
run tab . genre; gives folder_as_data 1 "" "folder"
run tab eleves.csv gnre; gives unknown_item_has_a_hint 1 "" 'gnre.*did you mean "genre"'
run tab eleves.csv genre --where "nivau = 'x'"; gives unknown_name_in_where 1 "" 'did you mean "niveau"'
run tab eleves.csv genre --where "age >"; gives broken_expression 1 "" "."

# ---- run ----
echo 'print("hello", #arg, arg[1])' >hello.lua
run run hello.lua a b; gives run_prints 0 "^hello	2	a$" ""
run run hello.lua --timeout 3; gives script_arguments_are_its_own 0 "^hello	2	--timeout$" ""
printf 'local bilan = require "bilan"\n\nerror("no data")\n' >bad.lua
run run bad.lua; gives script_error_has_file_and_line 1 "" "^bad.lua:3: no data$"
printf 'x = = 1\n' >syntax.lua
run run syntax.lua; gives syntax_error_has_file_and_line 1 "" "^syntax.lua:1: "
run run nothere.lua; gives absent_script 1 "" "nothere.lua"
echo 'while true do end' >loop.lua
run run --timeout 1 loop.lua; gives time_limit 3 "" "^loop.lua:1: time limit: 1 s$"
run run --instructions 1000000 loop.lua; gives instruction_limit 3 "" "^loop.lua:1: instruction limit"
printf 'local t = {}\nfor i = 1, 1e9 do t[i] = {} end\n' >greedy.lua
run run --memory 64 greedy.lua; gives memory_limit 3 "" "^greedy.lua:2: memory limit: 64 MB$"
echo 'print(os.time() > 0, io.open("eleves.csv") ~= nil)' >trusted.lua
run run --trusted trusted.lua; gives trusted_has_all_of_lua 0 "^true	true$" ""
run run trusted.lua; gives sandbox_has_not 1 "" "^trusted.lua:1: "
echo 'local b = require "bilan" b.read("eleves.csv"):freq("genre"):to_csv "t/genre.csv"' >write.lua
run run --out results write.lua
gives run_writes_below_out 0 "" "^recorded: results/record.bilan, run 1: 0 figures, 1 file$"
result the_file_is_there "$(grep -q fille results/t/genre.csv || ls -R results 2>&1)"
mkdir elsewhere more
cp eleves.csv elsewhere/a.csv
cp eleves.csv elsewhere/b.csv
cat >more/two.lua <<'END'
local bilan = require "bilan"
print(#bilan.read(arg[1]))
print(#bilan.read((arg[1]:gsub("a.csv", "b.csv"))))
END
cd more || exit 1
run run two.lua ../elsewhere/a.csv
cd .. || exit 1
gives argument_file_may_be_read_not_its_neighbour 1 "^6$" "^two.lua:3: may not read"
cd more || exit 1
run run --read ../elsewhere two.lua ../elsewhere/a.csv
cd .. || exit 1
gives read_grants_a_folder 0 "^6$" ""
echo 'return { n = 42 }' >more/lib.lua
echo 'print(require("lib").n)' >more/uses.lua
run run more/uses.lua; gives require_finds_files_beside_the_script 0 "^42$" ""

# ---- tab ----
run tab eleves.csv genre; gives tab_counts 0 "^fille +50" ""
run tab eleves.csv genre niveau; gives tab_crosses 0 "college" ""
run tab eleves.csv âge; gives tab_of_a_number_is_its_mean 0 "14[.,]3" ""
run tab eleves.csv âge --levels; gives tab_of_its_values 0 "^13 +33" ""
run tab eleves.csv genre --where "niveau = 'college'" --format csv
gives tab_where 0 "^fille,.*,2,3" ""
run tab eleves.csv genre --by niveau --format csv; gives tab_by 0 "college" ""
run tab eleves.csv genre niveau --percent row; gives tab_percent_row 0 "." ""
run tab eleves.csv genre --ci clopper_pearson; gives tab_interval 0 "clopper|Clopper" ""
run tab eleves.csv genre --ci wilsno; gives unknown_interval_has_a_hint 1 "" 'did you mean "wilson"'
cat >schools.csv <<'END'
region,school,label,weight,score,size,answer
north,n1,1,2,1,4,yes
north,n1,1,2,3,4,no
north,n2,2,4,5,4,yes
south,s1,1,1,2,2,no
south,s2,2,3,4,2,yes
END
# The mean is 3.5 with V = 1.0625 and 2 df: se 1.03, 3.5 -+ 4.3027 * 1.0308.
run tab schools.csv score --weights weight --strata region --clusters school
gives tab_by_design 0 "^3.50 .*0.94.*7.94 +1.03 " ""
gives tab_tells_the_design 0 "Design: 2 strata, 4 primary units, 2 degrees of freedom" ""
run tab schools.csv score --weights weight --strata region --clusters label
gives tab_wants_nest 1 "" "add --nest"
run tab schools.csv score --weights weight --strata region --clusters label,school --fpc 4 --nest \
  --lonely certainty
gives tab_takes_stages 0 "Drawn in 2 stages" ""
run tab schools.csv answer --weights weight --strata school --lonely certainty
gives tab_lonely 0 "Strata with a single primary unit: 3" ""
run tab schools.csv answer region --weights weight --format csv
gives tab_weights 0 "effective_n" ""
run tab schools.csv answer region --weights weight --ci wald --format json
gives tab_of_two_items_has_the_interval 0 "intervals: Wald method" ""
run tab schools.csv answer region --by school; gives tab_by_with_two_items 2 "" "--by is for a table"
run tab schools.csv score --ci wald; gives tab_interval_of_a_mean 2 "" "--ci is for shares"
run tab schools.csv answer --weights wieght
gives tab_unknown_weights_have_a_hint 1 "" 'no item "wieght"; did you mean "weight"'
run tab schools.csv answer --strata region --lonely ajust
gives tab_unknown_lonely_has_a_hint 2 "" 'did you mean "adjust"'
run tab schools.csv answer --nest; gives tab_nest_alone 2 "" "are for --strata and --clusters"
run tab --help; gives tab_help_has_a_design 0 "--strata academie --clusters college" ""
run tab eleves.csv genre --format json
gives tab_json 0 '"bilan": ?1' ""
result tab_json_can_be_parsed "$(python3 -m json.tool out.txt 2>&1 >/dev/null)"
run tab eleves.csv genre --format markdown; gives tab_markdown 0 "^\|" ""
run tab eleves.csv genre --format html; gives tab_html 0 "<table" ""
run tab eleves.csv genre --codebook codebook.lua; gives tab_codebook_labels 0 "Genre déclaré" ""
"$bilan" tab - genre <eleves.csv >out.txt 2>err.txt
status=$?
gives data_from_standard_input 0 "^fille +50" ""
echo 'require("bilan").read("/etc/hostname")' >reader.lua
run tab eleves.csv genre --codebook reader.lua; gives a_codebook_is_guarded 1 "" "reader.lua:1: may not read"

# ---- describe ----
run describe eleves.csv; gives describe_says_what_was_found 0 "6 rows, 5 columns" ""
result describe_names_the_separator "$(grep -q 'separator semicolon, decimal comma' out.txt || cat out.txt)"
for format in csv json markdown html; do
  run describe eleves.csv --format $format
  gives describe_$format 0 "genre" ""
done
run describe eleves.csv --codebook; gives describe_suggests_a_codebook 0 '^return' ""
cp out.txt made.lua
run describe eleves.csv --with made.lua; gives the_codebook_can_be_read_back 0 "genre +single" ""
run tab eleves.csv genre --codebook made.lua; gives the_codebook_serves_tab 0 "^fille +50" ""
run describe eleves.csv --with made.lua --codebook
result the_codebook_gives_itself_back "$(diff made.lua out.txt)"

# ---- check ----
printf 'id\tpopulation\tgroup\titem\tlevel\tshare\tn\tnote\n1\tp\tall\ti\ta\t33 %%\t3\t\n' >good.tsv
printf 'id\tpopulation\tgroup\titem\tlevel\tshare\tn\tnote\n1\tp\tall\ti\ta\t50 %%\t3\t\n' >wrong.tsv
run check good.tsv; gives check_of_what_can_be 0 "consistent" ""
run check wrong.tsv; gives check_of_what_cannot 1 "impossible" ""
run check wrong.tsv --format json; gives check_json 1 '"verdict": ?"impossible"' ""
result check_json_can_be_parsed "$(python3 -m json.tool out.txt 2>&1 >/dev/null)"
run check nothere.tsv; gives check_of_an_absent_file 1 "" "nothere.tsv"
echo 'return { p = 5 }' >surveys.lua
run check good.tsv --survey surveys.lua; gives check_wants_surveys 1 "" "not a survey"

# ---- convert ----
run convert eleves.csv a.tsv; gives convert_to_tsv 0 "" ""
run convert a.tsv b.csv --raw; gives convert_back 0 "" ""
run convert b.csv c.tsv --raw; gives convert_again 0 "" ""
run convert c.tsv d.csv --raw
result round_trip_is_the_identity "$(cmp b.csv d.csv 2>&1; grep -c 'très' d.csv | grep -v 1)"
run convert eleves.csv e.sqlite; gives convert_to_sqlite 0 "" ""
run tab e.sqlite genre; gives sqlite_is_read_again 0 "^fille +50" ""
run convert eleves.csv f.csv --where "genre = 'fille'"
result convert_where "$([ "$(wc -l <f.csv)" = 4 ] || cat f.csv)"
mkdir sub
run convert eleves.csv "$work/sub/g.csv"; gives convert_to_an_absolute_path 0 "" ""
ln -s /dev/null device.csv
run convert eleves.csv device.csv; gives convert_refuses_a_link 1 "" "symbolic link"

# ---- repl ----
printf '1 + 1\nx = 5\nx * 2\nerror("oops")\nfor i = 1, 2 do\n  print("i", i)\nend\n#survey\n' |
  "$bilan" repl eleves.csv >out.txt 2>err.txt
status=$?
gives repl_reads_lines 0 "^10$" "oops"
result repl_answers "$(printf '2\n10\ni\t1\ni\t2\n6\n' | diff - out.txt)"

# ---- streams ----
"$bilan" tab eleves.csv genre --format csv | head -1 >out.txt 2>err.txt
result a_closed_pipe_is_quiet "$(cat err.txt; grep -c level out.txt | grep -v 1)"
echo 'for i = 1, 200000 do print(i) end' >many.lua
{ "$bilan" run many.lua 2>err.txt; echo $? >status.txt; } | head -1 >out.txt
result a_pipe_closed_early_is_quiet "$(cat err.txt; diff out.txt - <<END
1
END
)"
if [ -w /dev/full ]; then
  "$bilan" tab eleves.csv genre >/dev/full 2>err.txt
  status=$?
  : >out.txt
  gives a_full_disk_is_a_fault 1 "" "cannot write to standard output"
  echo 'pcall(print, "x")' >quiet.lua
  "$bilan" run quiet.lua >/dev/full 2>err.txt
  result a_lost_output_cannot_be_hidden "$([ $? -ne 0 ] || echo status 0)"
  "$bilan" --version >/dev/full 2>err.txt
  result a_full_disk_for_the_version "$([ $? -ne 0 ] || echo status 0)"
fi
"$bilan" tab eleves.csv genre <&- >out.txt 2>err.txt
status=$?
gives closed_stdin 0 "fille" ""
"$bilan" convert eleves.csv closed.csv >&- 2>&- <&-
result closed_streams_harm_no_file "$([ $? = 0 ] && cmp closed.csv sub/g.csv 2>&1)"
run tab eleves.csv genre
cp out.txt plain.txt
for setting in NO_COLOR=1 TERM=xterm-256color CLICOLOR_FORCE=; do
  env "$setting" "$bilan" tab eleves.csv genre >out.txt 2>err.txt
  result "no_colour_in_a_pipe_$setting" "$(cmp plain.txt out.txt 2>&1; grep "$(printf '\033')" out.txt)"
done

# ---- the same bytes everywhere ----
cat >all.lua <<'END'
local bilan = require "bilan"
local survey = bilan.read(arg[1])
print(survey:freq "genre")
print(survey:crosstab("genre", "niveau"))
print(survey:mean("note", { by = "genre" }))
print(("%.3f"):format(1 / 3), tostring(0.1), 1e15, math.random())
for k, v in pairs { b = 1, a = 2, [3] = 3 } do print(k, v) end
local report = bilan.report { title = "Essai", lang = "fr" }
report:table(survey:freq "genre")
report:write "report.html"
END
# same NAME COMMAND...: runs the script in another setting and compares all it makes.
same() {
  name=$1
  shift
  "$@" "$bilan" run --no-record --out other all.lua eleves.csv >other.txt 2>&1
  result "$name" "$(cmp first.txt other.txt 2>&1; cmp base/report.html other/report.html 2>&1)"
  rm -rf other
}
"$bilan" run --no-record --out base all.lua eleves.csv >first.txt 2>&1
same two_runs_give_the_same_bytes env
for locale in fr_FR.UTF-8 tr_TR.UTF-8 C C.UTF-8 xx_XX; do
  same "locale_$locale" env "LC_ALL=$locale" "LANG=$locale"
done
same time_zone env TZ=Pacific/Kiritimati
same no_environment env -i
same one_thread_or_more env BILAN_THREADS=8
same empty_path env PATH=/nowhere
umask 077
same umask_077 env
umask 022
mkdir cwd
(cd cwd && "$bilan" run --no-record --out ../other ../all.lua ../eleves.csv) >other.txt 2>&1
result another_folder "$(cmp first.txt other.txt 2>&1; cmp base/report.html other/report.html 2>&1)"
mkdir gone
(cd gone && rmdir ../gone && "$bilan" --version) >out.txt 2>err.txt
status=$?
gives a_folder_that_is_gone 0 "^bilan" ""

# ---- real files, where they are ----
run convert eleves.csv eleves.csv
gives convert_onto_itself_is_refused 2 "" "IN and OUT are the same file"
run tab eleves.csv genre --percent row
gives tab_percent_needs_two_items 2 "" "--percent and --test are for a table of two items"

# ---- progress -------------------------------------------------------------------------------
# A file that is large enough to say so; `script` (Debian's bsdutils) plays the terminal.
awk 'BEGIN { print "genre,avis"; for (i = 0; i < 900000; i++) print "fille,oui"; }' >large.csv
cat >large.lua <<'END'
local survey = require("bilan").read "large.csv"
print(survey:freq("avis"):get({ level = "oui" }).count)
END
if command -v script >/dev/null 2>&1; then
  TERM=xterm script -qc "'$bilan' run large.lua" typescript </dev/null >/dev/null 2>&1
  progress=$(tr '\r' '\n' <typescript)
  result progress_shows_on_a_terminal "$(echo "$progress" | grep -q 'large.csv: reading' || cat -v typescript)"
  result progress_is_gone_before_the_result "$(echo "$progress" | grep -q '^.\[K900000$' || cat -v typescript)"
  # a long name of bytes that are no UTF-8 fits the line, too
  bad=$(printf '\351%.0s' $(seq 200))
  cp large.csv "$bad.csv" && TERM=xterm script -qc "'$bilan' tab '$bad.csv' avis" typescript \
    </dev/null >/dev/null 2>&1
  result progress_stays_within_its_line "$(grep -q '900,000' typescript || cat -v typescript)"
  TERM=dumb script -qc "'$bilan' run large.lua" typescript </dev/null >/dev/null 2>&1
  result progress_spares_a_dumb_terminal "$(grep 'reading' typescript)"
fi
run run large.lua
gives progress_stays_out_of_pipes 0 "^900000$" ""

if [ -n "$rse" ] && [ -d "$rse" ]; then
  while read -r file rows columns; do
    run describe "$rse/$file"
    gives "describe_$file" 0 "$rows rows, $columns columns" ""
  done <<'END'
2016-uk.csv 273 67
2017-uk.csv 253 245
2017-de.csv 325 248
2017-us.csv 164 242
2017-ca.csv 110 62
2017-nl.csv 77 131
2017-za.csv 22 277
2018-world.csv 997 707
2017-2018-merged.csv 1838 332
END
  gender=$(sed -n '1p' "$rse/2016-uk.csv" | tr ',' '\n' | grep -i -o 'socio2[^.]*' | head -1)
  run tab "$rse/2016-uk.csv" "${gender:-socio2}" --format csv
  gives gender_of_2016_uk 0 "Male.*,232,263|Male.*232" ""
  result gender_counts "$(python3 - out.txt <<'END'
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], encoding="utf-8-sig")))
counts = sorted((int(r["count"]) for r in rows if r.get("level")), reverse=True)
missing = {r["missing"] for r in rows}
if counts != [232, 30, 1]: print("counts", counts)
if missing != {"10"}: print("missing", missing)
END
)"
else
  number=$((number + 1))
  echo "ok $number - real_files # skip BILAN_RSE names no folder"
fi
plan
