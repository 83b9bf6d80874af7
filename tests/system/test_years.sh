#!/bin/sh
# A year is recorded and verified: waves in an archive, runs with their figures, and which figures
# a change of the data, the codebook, a method or the script touches.   Speaks TAP.
. "${0%/*}/tap.sh"
cd "$work" || exit 1

# is NAME EXPECTED GOT
is() {
  if [ "$2" = "$3" ]; then result "$1" ""; else
    result "$1" "expected: $2
got:      $3
$(cat err.txt)"
  fi
}

# says NAME FILE PATTERN
says() {
  if grep -qE -e "$3" "$2"; then result "$1" ""; else
    result "$1" "no $3 in $2:
$(cat "$2")"
  fi
}

# verdicts: of the last `verify --format json`, what is not the same: "id status kind:file:items".
verdicts() {
  python3 -c '
import json
for run in json.load(open("out.txt"))["runs"]:
    for f in run["figures"]:
        if f["status"] == "same": continue
        why = " ".join(":".join([w["kind"], w.get("file", "-"), ",".join(w["items"])]) for w in f["why"])
        key = "[%s]" % f["key"] if f["key"] else ""
        print("%s%s %s %s" % (f["indicator"], key, f["status"], why))'
}

# expect NAME STATUS LINES: verifies the archive and compares the verdicts.
expect() {
  run verify --format json itd.bilan
  is "$1" "$2
$3" "$status
$(verdicts)"
}

# ---- the project ----------------------------------------------------------------------------------

fresh() {
  rm -rf out itd.bilan
  cat >eleves.csv <<'END'
classe;genre;niveau;satisfait;age;note;avis;poids
c1;fille;college;oui;12;3;bien;2
c1;garçon;college;non;13;2;;1
c1;fille;lycee;oui;16;3;;3
c2;garçon;lycee;oui;17;1;non;1
c2;fille;college;plutôt;13;3;;4
c2;fille;college;oui;12;2;;2
c3;garçon;lycee;non;15;1;;1
c3;garçon;college;oui;14;2;;5
c3;fille;college;non;13;1;;2
c4;garçon;college;plutôt;12;3;;1
c4;fille;lycee;oui;17;2;;3
c4;fille;lycee;plutôt;16;1;;2
END
  cat >codebook.lua <<'END'
return { title = "Élèves", version = "2022-2023", lang = "fr", items = {
  { id = "genre", label = "Genre", levels = { "fille", "garçon" } },
  { id = "niveau", label = "Niveau", levels = { "college", "lycee" } },
  { id = "satisfaction", column = "satisfait", kind = "scale", label = { fr = "Satisfaction" },
    question = "Es-tu content ?",
    levels = { { "non", fr = "Non" }, { "plutôt", fr = "Plutôt" }, { "oui", fr = "Oui" } } },
  { id = "age", kind = "number", label = "Âge" },
  { id = "note", kind = "number", label = "Note" },
  { id = "classe", kind = "id", label = "Classe" },
  { id = "avis", kind = "text", label = "Avis" },
  { id = "poids", kind = "number", label = "Poids" },
} }
END
  cat >outils.lua <<'END'
return { niveau = "niveau = 'college'" }
END
  cat >annee.lua <<'END'
local bilan = require "bilan"
local outils = require "outils"
local s = bilan.read("eleves.csv", { codebook = "codebook.lua" })
local college = s:where(outils.niveau)
local function indicator(id, title, estimate)
  bilan.indicator { id = id, title = title, estimate = estimate }
end
indicator("college", "Satisfaits au collège", college:proportion("satisfaction", { level = "oui" }))
indicator("genre", "Filles", s:proportion("genre", { level = "fille" }))
indicator("croise", nil, s:proportion("satisfaction", { by = "genre", level = "oui" }))
indicator("age", "Âge moyen", s:mean "age")
indicator("vieux", "Âge dans un an", s:derive { plus = "age + 1" }:mean("plus"):get {})
indicator("rangs", "Notes par genre", s:design { clusters = "classe", weights = "poids" }:rank_test("note", { by = "genre" }))
s:freq("satisfaction"):to_csv "satisfaction.csv"
s:crosstab("satisfaction", "genre"):to_html "croise.html"
print "du texte"
END
  run run --no-lint --archive itd.bilan annee.lua
}

figures() { sqlite3 "$1" "SELECT $2 FROM figures"; }

# ---- archives -------------------------------------------------------------------------------------

fresh
run convert --codebook codebook.lua --wave 2022-2023 eleves.csv w.bilan
is convert_makes_an_archive "0 w.bilan: wave 2022-2023: 12 rows, 8 items" "$status $(cat err.txt)"
run convert --codebook codebook.lua --wave 2022-2023 eleves.csv w.bilan
says a_wave_that_is_there_needs_replace err.txt 'has the wave "2022-2023" already: --replace'
sed 's/2022-2023/2023-2024/' codebook.lua >codebook2.lua
run convert --codebook codebook2.lua eleves.csv w.bilan
says the_codebook_names_the_wave err.txt 'wave 2023-2024: 12 rows'
run convert --replace --where "niveau = 'lycee'" --codebook codebook.lua --wave 2022-2023 eleves.csv w.bilan
says a_wave_is_replaced err.txt 'wave 2022-2023: 5 rows'
run tab w.bilan satisfaction
says several_waves_must_be_named err.txt '2 waves: say wave = one of 2022-2023, 2023-2024'
run tab w.bilan satisfaction --wave 2023-2042
says an_unknown_wave_gets_the_nearest err.txt 'unknown wave "2023-2042"; did you mean "2023-2024"'
run tab w.bilan satisfaction genre --wave 2023-2024
cp out.txt a.txt
run tab --codebook codebook.lua eleves.csv satisfaction genre
is a_wave_has_its_codebook "" "$(cmp out.txt a.txt 2>&1)"
run describe w.bilan --wave 2023-2024
says a_wave_has_its_origin out.txt 'eleves.csv: 12 rows, 8 columns'
for ending in csv tsv; do
  run convert --codebook codebook.lua eleves.csv "direct.$ending"
  run convert --wave 2023-2024 w.bilan "from_wave.$ending"
  is "a_wave_becomes_$ending" "0 " "$status $(cmp "direct.$ending" "from_wave.$ending" 2>&1)"
done
run convert --wave 2023-2024 w.bilan from_wave.sqlite
run tab from_wave.sqlite genre niveau
is a_wave_becomes_sqlite 0 "$status"
run convert --wave x --encoding utf-8 w.bilan y.csv
is options_of_files_are_refused_for_waves 1 "$status"
run convert --wave " " eleves.csv w.bilan
is a_wave_has_a_name "2 2" "$status $(sqlite3 w.bilan 'SELECT count(*) FROM waves')"
run convert --wave 2023-2024 w.bilan copy.bilan
is a_copied_wave_says_no_size_that_is_not_its_file_s "eleves.csv 1" "$(sqlite3 -separator ' ' \
  copy.bilan 'SELECT name, bytes IS NULL FROM sources')"
is sqlite3_reads_the_waves "2022-2023|5|8
2023-2024|12|8" "$(sqlite3 w.bilan 'SELECT wave, rows, items FROM waves')"

# ---- recording ------------------------------------------------------------------------------------

fresh
is a_run_is_recorded "0 recorded: itd.bilan, run 1: 7 figures, 2 files" "$status $(cat err.txt)"
is no_record_is_left_in_out "" "$(ls out | grep record)"
run run --no-lint annee.lua
says the_default_is_out err.txt '^recorded: out/record.bilan, run 1: 7 figures, 2 files$'
is no_answers_in_the_record_of_out 0 "$(sqlite3 out/record.bilan 'SELECT count(*) FROM data')"
is the_archive_keeps_the_data 1 "$(sqlite3 itd.bilan 'SELECT count(*) FROM data')"
rm out/record.bilan
run run --no-lint --no-record annee.lua
is no_record 0 "$(cat err.txt; ls out | grep -c record)"
echo 'print(1)' >rien.lua
run run --out nowhere rien.lua
is nothing_to_record "0 " "$status $(cat err.txt; ls nowhere 2>/dev/null)"
is values_are_exact "$(printf 'age|14.1666666666667|12')" "$(figures itd.bilan \
  'indicator, value, n' | grep ^age)"
is methods_have_versions "wilson 1
mean 1
rank_test 1" "$(sqlite3 -separator ' ' itd.bilan "SELECT method, method_version FROM figures
  WHERE indicator IN ('college', 'age', 'rangs')")"
is inputs_have_roles "annee.lua script
outils.lua module
eleves.csv data
codebook.lua codebook" "$(sqlite3 -separator ' ' itd.bilan 'SELECT path, role FROM run_input')"

cat >cache.lua <<'END'
local bilan = require "bilan"
local columns = { genre = {}, oui = {} }
for i = 1, 20 do columns.genre[i], columns.oui[i] = i < 5 and "a" or "b", i % 2 end
local s = bilan.survey(columns)
bilan.indicator { id = "petit", estimate = s:proportion("oui", { by = "genre" }) }
local r = bilan.report { title = "x", policy = "30/30" }
r:indicators()
r:write "x.html"
END
run run --no-lint --out caches cache.lua
is what_a_report_withholds_is_withheld_in_the_record "0 4" "$(sqlite3 -separator ' ' \
  caches/record.bilan 'SELECT count(value) + count(low) + count(se) + count(shown), count(withheld) FROM figures')"
is and_its_number_is_nowhere 0 "$(sqlite3 caches/record.bilan "SELECT count(*) FROM figure
  WHERE detail LIKE '%0.5%'")"

# ---- verify: the same ----------------------------------------------------------------------------

fresh
expect all_the_same 0 ""
run verify itd.bilan
says verify_counts out.txt '^figures: 7 same$'
is verify_prints_nothing_of_the_script "" "$(grep texte out.txt)"
cp -r out before
rm -rf out
run verify itd.bilan
is outputs_that_are_gone_are_made_again "0 " "$status $(diff -r before out)"
says and_verify_says_so out.txt 'satisfaction.csv: written again'
rm -rf before
run verify --out elsewhere itd.bilan
is elsewhere "0 2" "$status $(ls elsewhere | wc -l)"
echo tampered >out/satisfaction.csv
run verify itd.bilan
is a_file_that_differs_is_left "1 tampered" "$status $(cat out/satisfaction.csv)"
says and_told out.txt 'satisfaction.csv: the file there is another; left'
run verify --write itd.bilan
is write_replaces_it 0 "$(grep -c tampered out/satisfaction.csv)"
run verify itd.bilan
is then_all_is_as_it_was 0 "$status"
run run --no-lint annee.lua
run verify out
is a_folder_is_verified 0 "$status"
is lines_are_of_80_columns "" "$(awk 'length($0) > 90' out.txt)"
echo 'require("bilan").survey { x = { 1 } }:write "x.csv"' >slow.lua
run run --no-lint --out slow --timeout 1 slow.lua
echo 'while true do end' >>slow.lua
run verify slow
is a_limit_is_status_3 "3 1" "$status $(grep -c 'failed:.*slow.lua:2: time limit: 1 s' out.txt)"
run verify out
echo 'require("bilan").survey { x = { 1 } }:write "./record.bilan"' >spoil.lua
cp out/record.bilan before.bilan
run run --no-lint spoil.lua
says the_record_is_not_written_over err.txt 'spoil.lua:1: .*record.bilan. is where runs are recorded'
is and_is_as_it_was "1" "$status$(cmp before.bilan out/record.bilan)"
mkdir -p below && cd below && run verify ../out && cd ..
says from_another_folder out.txt 'cannot find "annee.lua" from here'
is and_fails_there 1 "$status"

fresh
rm -rf out
cat >relit.lua <<'END'
local bilan = require "bilan"
local s = bilan.read("eleves.csv", { codebook = "codebook.lua" })
local path = s:write "copie.csv"
bilan.indicator { id = "relu", estimate = bilan.read(path):mean "age" }
END
run run --no-lint --archive itd.bilan relit.lua
rm -rf out
run verify --run 2 itd.bilan
is a_script_that_reads_what_it_wrote "0 " "$status $(grep failed out.txt)"
"$bilan" run --no-lint --archive pipe.bilan pipe.lua 2>/dev/null
cat >pipe.lua <<'END'
local bilan = require "bilan"
bilan.indicator { id = "p", estimate = bilan.read(arg[1]):mean "age" }
END
for _ in 1 2; do "$bilan" run --no-lint --archive pipe.bilan pipe.lua - <eleves.csv 2>err.txt; done
says standard_input_is_recorded err.txt 'pipe.bilan, run 2: 1 figure, 0 files'
run verify pipe.bilan
is and_taken_from_the_archive "0 1" "$status $(grep -c '^remark:' out.txt)"
"$bilan" convert --codebook codebook.lua --wave 2022-2023 eleves.csv vagues.bilan 2>/dev/null
echo 'local b = require "bilan" b.indicator { id = "v", estimate = b.read "vagues.bilan":mean "age" }' >v.lua
run run --no-lint --archive vagues.bilan v.lua
run verify vagues.bilan
is a_run_on_a_wave 0 "$status"
sed 's/;12;3;bien/;13;3;bien/' eleves.csv >autres.csv
"$bilan" convert --replace --codebook codebook.lua --wave 2022-2023 autres.csv vagues.bilan 2>/dev/null
run verify --format json vagues.bilan
is a_wave_that_was_replaced "v changed data:vagues.bilan, wave 2022-2023:age" "$(verdicts)"
echo x >faux.bilan
run run --archive faux.bilan v.lua
says what_is_no_archive_is_told_first err.txt 'faux.bilan: not a bilan archive'

# ---- verify: changes -----------------------------------------------------------------------------

fresh
sed -i '2s/oui/non/' eleves.csv
expect one_answer 1 "college[level=oui] changed data:eleves.csv:satisfaction
croise[genre=fille; level=oui] changed data:eleves.csv:satisfaction"
fresh
sed -i '4s/lycee/college/' eleves.csv
expect one_answer_of_the_domain 1 "college[level=oui] changed data:eleves.csv:niveau"
fresh
sed -i '2s/;12;/;13;/' eleves.csv
expect one_number_and_what_is_derived_from_it 1 "age changed data:eleves.csv:age
vieux changed data:eleves.csv:age"
fresh
sed -i '2s/bien/mal/' eleves.csv
expect an_answer_that_no_figure_uses 0 ""
fresh
sed -i 's/fr = "Satisfaction"/fr = "Contentement"/' codebook.lua
expect one_label 1 "college[level=oui] changed codebook:codebook.lua:satisfaction (label)
croise[genre=fille; level=oui] changed codebook:codebook.lua:satisfaction (label)
croise[genre=garçon; level=oui] changed codebook:codebook.lua:satisfaction (label)"
fresh
sed -i 's/fr = "Oui"/fr = "Tout à fait"/' codebook.lua
expect one_level_label 1 "college[level=oui] changed codebook:codebook.lua:satisfaction (levels)
croise[genre=fille; level=oui] changed codebook:codebook.lua:satisfaction (levels)
croise[genre=garçon; level=oui] changed codebook:codebook.lua:satisfaction (levels)"
fresh
sed -i 's/lang = "fr"/lang = "en"/' codebook.lua
expect the_language_of_a_codebook 1 "college[level=oui] changed codebook:codebook.lua:
genre[level=fille] changed codebook:codebook.lua:
croise[genre=fille; level=oui] changed codebook:codebook.lua:
croise[genre=garçon; level=oui] changed codebook:codebook.lua:
age changed codebook:codebook.lua:
vieux changed codebook:codebook.lua:
rangs[method=Wilcoxon by design] changed codebook:codebook.lua:"
fresh
sed -i 's/content ?/contente ou content ?/' codebook.lua
expect a_question_changes_no_figure 0 ""
fresh
sed -i '$d' eleves.csv
run verify --format json itd.bilan
is a_row_less_changes_what_it_answered "5 0" \
  "$(verdicts | grep -c '^genre\|^croise\[genre=fille\|^age\|^vieux\|^rangs') $(verdicts |
  grep -vc 'changed data:eleves.csv:[a-z,]*$')"

fresh
sed -i '/^indicator("college"/s/oui/non/' annee.lua
run verify --format json itd.bilan
is the_script "college[level=non] changed script:annee.lua:" "$(verdicts)"
run verify itd.bilan
says the_script_and_what_it_computed out.txt 'why: script: annee.lua: proportion\("satisfaction", \{ level = "oui" \}\)'
fresh
sed -i "s/college/lycee/" outils.lua
expect a_module_of_the_script 1 "college[level=oui] changed script:outils.lua:"
fresh
sed -i '/"age", "Âge moyen"/d' annee.lua
expect an_indicator_gone 1 "age gone script:annee.lua:"
fresh
sed -i '$i indicator("plus", "Un de plus", s:mean "note")' annee.lua
expect an_indicator_more 1 "plus new script:annee.lua:"
fresh
sed -i 's/"Filles"/"Part des filles"/' annee.lua
expect a_title 1 "genre[level=fille] changed script:annee.lua:"
fresh
sed -i '1a -- a remark' annee.lua
expect a_remark_in_the_script 0 ""
run verify itd.bilan
says and_it_is_told out.txt '^input:   annee.lua \(script\): changed$'
fresh
sed -i '3s/$/ error "oh"/' annee.lua
run verify itd.bilan
is a_script_that_fails 1 "$status"
says and_why out.txt '^failed:  annee.lua:3: oh'

# ---- methods -------------------------------------------------------------------------------------

fresh
sed -i '1a bilan.methods { rank_test = 2 }' annee.lua
expect a_method_pinned_by_the_script 1 "rangs[method=Wilcoxon by design] changed method:-:"
run verify itd.bilan
says from_version_to_version out.txt 'why: method: rank_test 1 -> 2'
run run --no-lint --archive itd.bilan annee.lua
sed -i '2d' annee.lua
expect an_older_run_keeps_its_version 0 ""
is its_version_is_recorded "rank_test 2" "$(sqlite3 -separator ' ' itd.bilan \
  "SELECT method, method_version FROM figures WHERE indicator = 'rangs'")"

# ---- what is not read again ----------------------------------------------------------------------

fresh
sqlite3 itd.bilan "UPDATE source SET dialect = replace(dialect, '\"newline\":\"LF\"', '\"newline\":\"stored\"')"
cat >lu.lua <<'END'
local bilan = require "bilan"
print(bilan.read("eleves.csv", { codebook = "codebook.lua" }):origin().newline)
END
run run --archive itd.bilan lu.lua
is an_unchanged_file_is_loaded_from_the_archive stored "$(cat out.txt)"
touch eleves.csv
run run --archive itd.bilan lu.lua
is one_that_was_only_touched_too stored "$(cat out.txt)"
sed -i '2s/12/13/' eleves.csv
run run --archive itd.bilan lu.lua
is a_changed_file_is_read LF "$(cat out.txt)"
fresh
mv eleves.csv away.csv
run verify itd.bilan
is without_the_file_verify_takes_the_archive 0 "$status"
says and_remarks_it out.txt '^remark:  eleves.csv cannot be read: taken from itd.bilan as it was'
run run --archive itd.bilan annee.lua
is a_run_does_not 1 "$status"
mv away.csv eleves.csv

if command -v strace >/dev/null 2>&1 && strace -o /dev/null true 2>/dev/null; then
  fresh
  rm itd.bilan
  sleep 3.2 # a second more than the two, for clocks in whole seconds
  run run --no-lint --archive itd.bilan annee.lua
  strace -f -e trace=openat -o trace.txt "$bilan" verify itd.bilan >out.txt 2>err.txt
  is an_unchanged_file_is_not_even_opened 0 "$(grep -c '"eleves.csv".*= [0-9]' trace.txt)"
fi

fresh
touch eleves.csv # within two seconds of the run: what the system says is not to be trusted
rm itd.bilan
run run --no-lint --archive itd.bilan annee.lua
is a_racy_file_is_not_trusted "1" "$(sqlite3 itd.bilan 'SELECT modified IS NULL FROM source')"
size=$(wc -c <eleves.csv)
sed -i '2s/;12;/;13;/' eleves.csv
is the_same_size "$size" "$(wc -c <eleves.csv)"
expect so_its_change_is_seen 1 "age changed data:eleves.csv:age
vieux changed data:eleves.csv:age"

# ---- runs ----------------------------------------------------------------------------------------

fresh
run run --no-lint --archive itd.bilan annee.lua
says runs_are_numbered err.txt 'itd.bilan, run 2:'
is the_data_are_kept_once 1 "$(sqlite3 itd.bilan 'SELECT count(*) FROM data')"
run verify --run 1 itd.bilan
says a_run_by_its_number out.txt '^run 1: annee.lua, wave 2022-2023'
run verify --run 7 itd.bilan
says an_unknown_run err.txt 'unknown run "7"'
run verify --wave 2021 itd.bilan
is an_unknown_wave_of_runs 2 "$status"
run verify rien.lua
is what_is_no_archive 1 "$status"
run verify absent
is what_is_not_there 2 "$status"
echo 'local b = require "bilan" b.indicator { id = "x", estimate = b.survey { a = { 1 } }:mean "a" }' >t.lua
run run --trusted --archive t.bilan t.lua
run verify t.bilan
is a_trusted_run_is_not_run_again_unasked 2 "$status"
run verify --trusted t.bilan
is but_when_asked 0 "$status"
SOURCE_DATE_EPOCH=0 "$bilan" run --out epoch t.lua 2>err.txt
is the_date_can_be_given 1970-01-01T00:00:00Z "$(sqlite3 epoch/record.bilan 'SELECT started FROM run')"

cat >method.lua <<'END'
local b = require "bilan"
local s = b.survey { x = { 1, 2, 2, 3, 3, 3, 4, 9 } }
b.indicator { id = "median", estimate = s:median "x" }
b.indicator { id = "mean", estimate = s:mean "x" }
END
rm -rf method.bilan
run run --archive method.bilan method.lua
sed -i '1a b.methods { quantile = 2 }' method.lua
run verify method.bilan
is another_version_with_the_same_value 1 "$status"
says is_a_change_of_that_figure out.txt 'method quantile 1 -> quantile 2'
says and_of_no_other out.txt '^figures: 1 same, 1 changed'

cat >arg.lua <<'END'
local b = require "bilan"
b.indicator { id = "year", estimate = b.survey { a = { tonumber(arg[1]) } }:mean "a" }
END
rm -rf args.bilan
for year in 2023 2024 2023; do run run --archive args.bilan arg.lua "$year"; done
is each_call_has_its_last_run "2 3" \
  "$(sqlite3 args.bilan 'SELECT DISTINCT run FROM figures' | tr '\n' ' ' | sed 's/ $//')"
run verify args.bilan
is and_each_is_verified "run 2: run 3:" "$(grep -o '^run [0-9]*:' out.txt | tr '\n' ' ' | sed 's/ $//')"

# A run that is killed leaves the archive as it was, or with its record in full.
fresh
faults=
for delay in 0.00 0.01 0.02 0.03 0.05; do
  "$bilan" run --no-lint --archive itd.bilan annee.lua >/dev/null 2>&1 &
  pid=$!
  sleep "$delay"
  kill -9 "$pid" 2>/dev/null
  wait "$pid" 2>/dev/null
  bad=$(sqlite3 itd.bilan "SELECT count(*) FROM run WHERE (SELECT count(*) FROM figure
    WHERE run = id) <> 7")
  [ "$bad" = 0 ] || faults="after $delay s: $bad runs without their figures"
done
result a_killed_run_leaves_a_whole_archive "$faults"
run verify --run 1 itd.bilan
is and_it_is_verified 0 "$status"

plan
