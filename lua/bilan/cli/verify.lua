--- `bilan verify RUN`: recorded runs once more, and which figures changed, from what to what, why.
local core = require "bilan.core"

local host = core.host
local formats = { "text", "json" }

-- The archive of what was named: the file itself, or record.bilan in a folder.
local function archive_path(name, cli)
  local inside = name:gsub("/+$", "") .. "/record.bilan"
  host.grant(name)
  host.grant(inside)
  if host.exists(name) then return name end
  if host.exists(inside) then return inside end
  cli.usage_error('verify: "%s" is no archive and no folder with a record.bilan', name)
end

-- The runs asked for: one by its number, or the last of each script with its arguments.
local function chosen(store, options, cli)
  if options.run then return { store:run(options.run) } end
  local runs = store:last_runs(options.wave)
  if #runs == 0 then
    cli.usage_error("verify: %s holds no complete run%s", store.path,
      options.wave and (' of the wave "%s"'):format(options.wave) or "")
  end
  return runs
end

-- Verifies one run under the limits that it had.
local function verify(path, run, options, cli)
  local verify_run, json = require("bilan.verify").run, require "bilan.json"
  local kept = json.unpack(run.options)
  if kept.trusted and not options.trusted then
    cli.usage_error("verify: run %d was made without the sandbox: say --trusted to run it again",
      run.id)
  end
  local out, folder = options.out or run.out, cli.folder_of(run.script)
  cli.grant(folder, { read = kept.read, out = out }, json.unpack(run.arguments))
  host.grant(path)
  host.guard { out = out, timeout = kept.timeout or 300, memory = kept.memory or 2048,
    instructions = kept.instructions or 0, trusted = kept.trusted }
  return verify_run(path, run, { out = out, write = options.write, trusted = kept.trusted,
    folder = folder })
end

return {
  usage = "bilan verify [options] RUN",
  summary = "Runs a recorded script once more, with the data as they are and the versions of\n"
    .. "methods as recorded, and says of each figure whether it is the same, changed (from\n"
    .. "what, to what, why), gone or new. RUN is an archive or a folder that holds a\n"
    .. "record.bilan. Files of the run that are absent are written again. Exit status: 0\n"
    .. "all the same, 1 not, 3 a limit of time or memory was hit.",
  example = "bilan verify out",
  options = {
    { "run", "number", "the run of this number (default: the last of each call)", "N" },
    { "wave", "value", "runs of this wave only", "NAME" },
    { "out", "value", "the folder of the files (default: as recorded)", "DIR" },
    { "write", "flag", "replaces files that are there and differ" },
    { "trusted", "flag", "runs a script again that was run without the sandbox" },
    { "format", "value", table.concat(formats, ", "), "NAME" },
  },
  run = function(options, rest, cli)
    if #rest ~= 1 then cli.usage_error("verify takes an archive or a folder: bilan verify out") end
    local format = cli.choice("format", options.format, formats)
    local path = archive_path(rest[1], cli)
    local words = require "bilan.verify.words"
    local store = require("bilan.archive").open(path, "read")
    local runs, done, same = chosen(store, options, cli), {}, true
    store:close()
    for at, run in ipairs(runs) do
      done[at] = verify(path, run, options, cli)
      same = same and done[at].same
    end
    if format == "json" then host.print(words.json(path, done))
    else
      for at, one in ipairs(done) do host.print((at > 1 and "\n" or "") .. words.text(one)) end
    end
    return same and 0 or host.limited() and 3 or 1
  end,
}
