--- core.archive: what the engine's Lua sees of an archive, and core.host.stat, list and make.
require "bilan"
local core = require "bilan.core"

local folder

local function path(name) return folder .. "/" .. (name or "a.bilan") end

local function table_of(text) return core.csv.csv_read(nil, text, {}) end

describe("core.archive", function()
  before_each(function()
    local pipe = assert(io.popen "mktemp -d")
    folder = pipe:read "l"
    pipe:close()
  end)
  after_each(function() os.execute("rm -rf '" .. folder .. "'") end)

  it("stores a table once and gives it back", function()
    local t = table_of "genre,age\nfille,14\n,15\n"
    local a <close> = core.archive.open(path(), "write")
    local id, sha256 = a:put(t)
    assert.equal(sha256, (core.archive.sha256(t)))
    assert.same({ id, sha256 }, { a:put(t) })
    assert.equal(sha256, (core.archive.sha256(a:get(id))))
    assert.same({ "age", "genre" }, core.data.names(a:get(id, { "age", "genre" })))
    assert.error_matches(function() a:get(id, { "agee" }) end, 'did you mean "age"')
    assert.error_matches(function() a:get(99) end, "no table 99")
  end)

  it("hashes items one by one", function()
    local _, items = core.archive.sha256(table_of "x,y\n1,a\n2,b\n")
    local _, others = core.archive.sha256(table_of "x,y\n1,a\n2,c\n")
    assert.equal(items[1], others[1])
    assert.not_equal(items[2], others[2])
  end)

  it("binds parameters and gives rows", function()
    local a <close> = core.archive.open(path(), "write")
    local changes, id = a:exec("INSERT INTO codebook(sha256, title, version, json) "
      .. "VALUES(?1, ?2, ?3, ?4)", { "x'; --", core.archive.null, true, "{}" })
    assert.same({ 1, 1 }, { changes, id })
    assert.same({ { sha256 = "x'; --", version = "1" } },
      a:query("SELECT sha256, title, version FROM codebook WHERE id = ?1", { id }))
    assert.same({ { f = 0.1, i = 3, t = "a\0b" } },
      a:query("SELECT ?1 AS f, ?2 AS i, ?4 AS t, ?3 AS n", { 0.1, 3, nil, "a\0b" }))
    assert.same({}, a:query "SELECT * FROM wave")
    assert.error_matches(function() a:query("SELECT ?1", { 1, 2 }) end, "more parameters")
    assert.error_matches(function() a:query("SELECT ?1", { {} }) end, "cannot be stored")
    assert.error_matches(function() a:query "SELECT x" end, "no such column")
  end)

  it("commits what f did, or nothing of it", function()
    local a <close> = core.archive.open(path(), "write")
    local function add(name) a:exec("INSERT INTO wave(name) VALUES(?1)", { name }) end
    assert.same({ "x", 2 }, { a:transaction(function(...)
      add "2022"
      return ...
    end, "x", 2) })
    assert.error_matches(function()
      a:transaction(function()
        add "2023"
        error("on purpose", 0)
      end)
    end, "^on purpose$")
    assert.error_matches(function()
      a:transaction(function() a:transaction(print) end)
    end, "open already")
    assert.same({ { name = "2022" } }, a:query "SELECT name FROM wave")
  end)

  it("makes no file for a transaction that failed", function()
    local a = core.archive.open(path(), "write")
    pcall(a.transaction, a, error)
    a:close()
    a:close()
    assert.same({}, core.host.list(folder))
    assert.error_matches(function() a:query "SELECT 1" end, "closed")
  end)

  it("survives being closed inside a transaction", function()
    local a = core.archive.open(path(), "write")
    assert.error_matches(function() a:transaction(function() a:close() end) end, "closed inside")
    assert.same({}, core.host.list(folder))
  end)

  it("reads what belongs together at one moment", function()
    local a <close> = core.archive.open(path(), "write")
    a:exec "INSERT INTO wave(name) VALUES('2022')"
    assert.same({ "x", 2 }, { a:reading(function(...)
      assert.same({ { name = "2022" } }, a:query "SELECT name FROM wave")
      assert.equal("y", a:reading(function() return "y" end))
      assert.error_matches(function() a:exec "DELETE FROM wave" end, "a change needs a transaction")
      return ...
    end, "x", 2) })
    assert.error_matches(function() a:reading(error, "on purpose", 0) end, "^on purpose$")
    a:transaction(function()
      a:exec "DELETE FROM wave"
      assert.same({}, a:reading(function() return a:query "SELECT name FROM wave" end))
    end)
    assert.error_matches(function() a:reading(function() a:close(); error "gone" end) end, "gone")
  end)

  it("knows an archive by its first bytes, and refuses others", function()
    local a = core.archive.open(path(), "write")
    a:exec "INSERT INTO wave(name) VALUES('x')"
    a:close()
    assert.is_true(core.archive.is(path()))
    assert.is_false(core.archive.is "Makefile")
    assert.is_false(core.archive.is(path "absent"))
    assert.error_matches(function() core.archive.open "Makefile" end, "not a bilan archive")
    local r <close> = core.archive.open(path())
    assert.error_matches(function() r:exec "DELETE FROM wave" end, "reading only")
    r:check()
  end)

  it("has folders listed, files described, folders made", function()
    core.host.make(path "b/c")
    core.host.write(path "a.txt", "four")
    assert.same({ "a.txt", "b/" }, core.host.list(folder))
    local info = core.host.stat(path "a.txt")
    assert.equal(4, info.bytes)
    assert.is_true(info.modified > 1.6e18 and info.changed >= info.modified and info.inode > 0)
    assert.is_false(info.folder)
    assert.is_true(core.host.stat(path "b").folder)
    assert.is_nil(core.host.stat(path "absent"))
    assert.error_matches(function() core.host.list(path "absent") end, "absent")
  end)
end)
