#!/bin/sh
# `bilan convert` and `bilan run --archive` are killed (SIGKILL) at many moments: each time the
# archive is absent or whole, with the content before or after, and the next command goes on.
# Speaks TAP.   KILLS=200 in the environment makes more of each; the usual number takes 15 seconds
# at most, whatever the machine.
. "${0%/*}/tap.sh"
kills=${KILLS:-25}
seconds=${KILLS:+3600}
cd "$work" || exit 1
command -v python3 >/dev/null || skip_all "python3 is not installed"

cat >script.lua <<'END'
local bilan = require "bilan"
local survey = bilan.read(arg[1])
bilan.indicator { id = "girls", title = "Girls", estimate = survey:proportion("genre") }
survey:freq("genre"):to_csv "genre.csv"
END

# The loops. A command is begun, killed after a delay drawn between its start and a little after
# its usual end, and what it left is looked at: by SQLite, and by the program itself.
cat >loops.py <<'END'
import glob, os, random, sqlite3, subprocess, sys, time

bilan, kills, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
random.seed(1)

def begin(*arguments):
    return subprocess.Popen([bilan, *arguments], stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

def usual_time(*arguments):
    start = time.monotonic()
    assert begin(*arguments).wait() == 0, arguments
    return time.monotonic() - start

def killed(most, *arguments):
    process = begin(*arguments)
    time.sleep(random.uniform(0, most))
    process.kill()
    process.wait()

def rows(path, sql):
    db = sqlite3.connect(path)
    try:
        whole = db.execute("PRAGMA integrity_check").fetchall()
        assert whole == [("ok",)], whole
        lost = db.execute("PRAGMA foreign_key_check").fetchall()
        assert lost == [], lost
        return db.execute(sql).fetchall()
    finally:
        db.close()

def reads(path, wave):
    return subprocess.run([bilan, "describe", "--wave", wave, path], stdin=subprocess.DEVNULL,
                          capture_output=True).returncode == 0

def loop(name, before, after, command, look):
    """before(): the state to begin with; look(): False for old, True for new, or it raises."""
    most, until = usual_time(*command) * 1.1, time.monotonic() + seconds
    olds = news = 0
    while olds + news < kills and time.monotonic() < until:
        before()
        killed(most, *command)
        if look():
            news += 1
            most *= 0.85
        else:
            olds += 1
            most *= 1.15 # towards the last moments, which a busy machine puts off
    before()
    assert begin(*command).wait() == 0 and look(), "the next one does not go on"
    after()
    print(f"{name} {olds + news} {olds} {news}")

def csv(path, count):
    with open(path, "w") as out:
        out.write("id,genre,note,avis\n")
        for i in range(count):
            genre = "fille" if i % 3 else "garçon"
            out.write(f"R{i},{genre},{i % 20},avis {i * 7919 % 1000}\n")

def remove(path):
    for name in [path, path + "-journal"]:
        if os.path.exists(name):
            os.remove(name)

def only(*names):
    left = sorted(n for n in os.listdir(".") if n.endswith((".bilan", ".tmp", "-journal")))
    left += [n for n in glob.glob(".bilan-*")]
    assert sorted(left) == sorted(names), left

csv("few.csv", 300)
csv("many.csv", 20000)

def look_new():
    if not os.path.exists("new.bilan"):
        return False
    assert rows("new.bilan", "SELECT wave, rows FROM waves") == [("2023", 20000)]
    assert reads("new.bilan", "2023")
    return True

def look_old():
    found = rows("old.bilan", "SELECT rows FROM waves")
    assert found in ([(300,)], [(20000,)]), found
    assert rows("old.bilan", "SELECT count(*) FROM data") == [(1,)]
    assert reads("old.bilan", "2023")
    return found == [(20000,)]

def put_few():
    assert begin("convert", "--wave", "2023", "--replace", "few.csv", "old.bilan").wait() == 0

remove("new.bilan")
loop("convert_makes_an_archive_whole_or_not_at_all", lambda: remove("new.bilan"),
     lambda: only("new.bilan"), ["convert", "--wave", "2023", "many.csv", "new.bilan"], look_new)
remove("new.bilan")
put_few()
loop("convert_replaces_a_wave_or_leaves_it", put_few, lambda: only("old.bilan"),
     ["convert", "--wave", "2023", "--replace", "many.csv", "old.bilan"], look_old)

runs = 0

def count_runs():
    global runs
    runs = rows("old.bilan", "SELECT count(*) FROM run")[0][0]

def look_run():
    found = rows("old.bilan", "SELECT (SELECT count(*) FROM run WHERE status = 'complete'), "
                 "(SELECT count(DISTINCT run) FROM figure), "
                 "(SELECT count(DISTINCT run) FROM run_output), (SELECT count(*) FROM run)")[0]
    assert len(set(found)) == 1 and found[0] in (runs, runs + 1), (found, runs)
    assert reads("old.bilan", "2023")
    return found[0] == runs + 1

loop("run_records_all_of_itself_or_nothing", count_runs, lambda: only("old.bilan"),
     ["run", "--archive", "old.bilan", "--out", "out", "script.lua", "many.csv"], look_run)
END

python3 loops.py "$bilan" "$kills" "${seconds:-4}" >said 2>error
while read -r name killed old new; do
  number=$((number + 1))
  if [ "$killed" -ge 3 ]; then echo "ok $number - $name"; else
    echo "not ok $number - $name: too slow to kill more than $killed"
  fi
  echo "# $killed killed: $old left the old state, $new the new"
done <said
if [ "$number" -ne 3 ]; then
  number=$((number + 1))
  echo "not ok $number - a loop ended early"
  tail -5 error | sed 's/^/# /'
fi
plan
