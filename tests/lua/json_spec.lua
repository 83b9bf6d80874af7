-- JSON in and out: RFC 8259 by its grammar, and against Python's reader.
local json = require "bilan.json"

local function fails(text, pattern, opts)
  local ok, message = pcall(json.decode, text, opts)
  assert.is_false(ok, text)
  assert.truthy(message:find(pattern), ("%q: %s"):format(text, message))
end

-- A generator of our own: the same values on every run.
local function generator(seed)
  return function(most)
    seed = (seed * 1103515245 + 12345) % 2147483648
    return seed // 65536 % most + 1
  end
end

local texts = { "", "a", "é", "\u{1F600}", "a\"b\\c/", "\1\31\127", "tab\tline\n", "#", "##x", "#5" }

local function any_value(random, depth)
  local kind = random(depth > 3 and 4 or 6)
  if kind == 1 then return texts[random(#texts)] end
  if kind == 2 then return random(2) == 1 end
  if kind == 3 then return random(2000) - 1000 end
  if kind == 4 then return (random(2000) - 1000) / 7 * 10.0 ^ (random(40) - 20) end
  local out = {}
  for at = 1, random(4) do out[at] = any_value(random, depth + 1) end
  if kind == 6 then
    for _ = 1, random(4) do out[texts[random(#texts)]] = any_value(random, depth + 1) end
    out[random(50) + 10] = "sparse"
  end
  return out
end

describe("the JSON reader", function()
  it("reads_every_kind_of_value", function()
    assert.same({ a = { 1, -2, 0, 3.5, 1e300, true, false, json.null, "x" }, b = {} },
      json.decode ' {"a" : [1,-2 , 0,3.5,1E+300,true,false,null,"x"],\r\n\t"b":{}} ')
  end)
  it("keeps_whole_numbers_whole_and_others_exact", function()
    assert.equal("integer", math.type(json.decode "9223372036854775807"))
    assert.equal(math.maxinteger, json.decode "9223372036854775807")
    assert.equal(2.0 ^ 63, json.decode "9223372036854775808")
    assert.equal("float", math.type(json.decode "1.0"))
    assert.equal(0.1 + 0.2, json.decode "0.30000000000000004")
    assert.equal(-math.huge, 1 / json.decode "-0")
  end)
  it("reads_escapes_and_surrogate_pairs", function()
    assert.equal('"\\/\b\f\n\r\té\u{1F600}\0', json.decode [["\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\u0000"]])
  end)
  it("names_the_byte_of_what_is_wrong", function()
    local cases = { [""] = "byte 1: the text ends", ["[1,]"] = "byte 4: a value is expected behind",
      ["{'a':1}"] = "byte 2: the name of a member", ['{"a" 1}'] = 'byte 6: ":" is expected',
      ['{"a":1,"a":2}'] = 'byte 8: the name "a" stands twice', ["[1 2]"] = 'byte 4: "," or "]"',
      ['"abc'] = "byte 1: a text without", ['["a\nb"]'] = "byte 4: a control character",
      ['"\\x"'] = "byte 2: no such escape", ['"\\u12G4"'] = "byte 2: \\u is followed",
      ['"\\ud83d"'] = "byte 2: half of a surrogate", ['"\\ude00"'] = "byte 2: half of a surrogate",
      ['"\xff"'] = "byte 1: a text that is no UTF%-8", ["nul"] = 'byte 1: "nul" is no value',
      ["[1]x"] = "byte 4: nothing is expected", ["[[1]"] = "byte 5: ", ["?"] = "byte 1: a value" }
    for text, pattern in pairs(cases) do fails(text, pattern) end
  end)
  it("refuses_numbers_that_are_none", function()
    for _, word in ipairs { "01", "-", "1.", ".5", "+1", "1e", "1e+", "0x10", "1.e3", "--1", "1.2.3",
      "-01", "NaN", "Infinity" } do
      fails(word, "byte 1: ")
    end
  end)
  it("bounds_depth_and_size", function()
    fails(("["):rep(101) .. ("]"):rep(101), "byte 101: nested deeper than 100")
    assert.equal("table", type(json.decode(("["):rep(100) .. ("]"):rep(100))))
    fails("[[1]]", "nested deeper than 1", { depth = 1 })
    fails("[1,2,3]", "7 bytes are more than the 6 allowed", { bytes = 6 })
  end)
end)

describe("pack and unpack", function()
  it("carry_lists_that_are_maps_too", function()
    local book = { items = { { id = "x", levels = { { "oui", fr = "Oui", codes = { 1, "O" } }, "non" },
      missing = { ["don't know"] = { "NSP", 9 } }, ["#"] = "a", ["#5"] = "b", [7] = "c" } } }
    assert.same(book, json.unpack(json.pack(book)))
  end)
  it("carry_any_plain_table", function()
    local random = generator(42)
    for _ = 1, 300 do
      local value = { any_value(random, 1) }
      assert.same(value, json.unpack(json.pack(value)))
    end
  end)
  it("write_the_same_bytes_whatever_the_order_of_making", function()
    local a, b = {}, {}
    for at = 1, 20 do a["k" .. at] = at end
    for at = 20, 1, -1 do b["k" .. at] = at end
    assert.equal(json.pack(a), json.pack(b))
  end)
  it("refuse_what_is_no_plain_table", function()
    assert.has_error(function() json.pack { [true] = 1 } end)
    local endless = {}
    endless.self = endless
    assert.has_error(function() json.pack(endless) end)
  end)
  it("write_what_another_reader_understands", function()
    local path, random = os.tmpname(), generator(7)
    local values = {}
    for at = 1, 100 do values[at] = any_value(random, 1) end
    local file <close> = assert(io.open(path, "wb"))
    file:write(json.pack(values))
    file:flush()
    local pipe <close> = assert(io.popen("python3 -c \"import json,sys;"
      .. "print(json.dumps(json.load(open(sys.argv[1], encoding='utf-8'))), end='')\" " .. path))
    assert.same(values, json.unpack(pipe:read "a"))
    os.remove(path)
  end)
end)
