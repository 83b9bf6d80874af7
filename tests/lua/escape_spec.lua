-- Each escaper is tested by an outside parser that reads its output again.
local escape = require "bilan.output.escape"
local helper = dofile "tests/lua/output_helper.lua"

-- Texts that a format with plain strings can carry: no NUL, valid UTF-8.
local function carried()
  local out = {}
  for _, text in ipairs(helper.hostile) do
    if utf8.len(text) and not text:find("\0", 1, true) then out[#out + 1] = text end
  end
  return out
end

describe("escape", function()
  it("html_text_is_read_back", function()
    assert.equal("ok", helper.parsed_back("html", escape.html))
  end)
  it("attribute_is_read_back", function()
    assert.equal("ok", helper.parsed_back("attribute", escape.attribute))
  end)
  it("xml_is_read_back_without_control_characters", function()
    assert.equal("ok", helper.parsed_back("xml", escape.xml))
  end)
  it("sql_strings_and_names_are_read_back_by_sqlite", function()
    assert.equal("ok", helper.parsed_back("sql", escape.sql, carried()))
    local names = {}
    for _, text in ipairs(carried()) do
      if text ~= "" then names[#names + 1] = text end
    end
    assert.equal("ok", helper.parsed_back("sql_name", escape.sql_name, names))
  end)
  it("sql_refuses_nul", function()
    assert.error_matches(function() escape.sql("a\0b") end, "NUL character in an SQL string")
    assert.error_matches(function() escape.sql_name("a\0b") end, "NUL character in an SQL name")
  end)
  it("json_is_read_back", function()
    assert.equal("ok", helper.parsed_back("json", escape.json))
    assert.is_nil(escape.json("</script>"):find("</", 1, true))
  end)
  it("csv_cells_are_read_back_and_are_no_formulas", function()
    assert.equal("ok", helper.parsed_back("csv", escape.csv))
  end)
  it("csv_raw_changes_nothing", function()
    assert.equal("=1", escape.csv("=1", { raw = true }))
    assert.equal("'=1", escape.csv("=1"))
    assert.equal("\"'=cmd|'/C calc'!A0\"", escape.csv("=cmd|'/C calc'!A0"))
  end)
  it("csv_leaves_plain_text_alone", function()
    for _, text in ipairs { "l'ecole", "très intéressant", "12e", "Jean-Luc", "a + b" } do
      assert.equal(text, escape.csv(text))
    end
  end)
  it("markdown_has_no_bare_mark", function()
    assert.equal("ok", helper.parsed_back("markdown", escape.markdown))
    assert.equal("l'école", escape.markdown("l'école"))
    assert.equal("1\\. item", escape.markdown("1. item"))
  end)
  it("gnuplot_prints_the_same_text", function()
    local probe <close> = io.popen("gnuplot --version 2>/dev/null")
    if not probe:read("l") then pending("gnuplot is not here") return end
    local some = { "l'école", "`id`", "'; system('id'); '", "a\nb", "taux_reussite", "$(id)", "\\n",
      "100 %", '"', "\u{202E}x\27", "'a", "a'", "'", "''", "x''y; system('id')",
      "'';system(\"id\");'", "'''", "a'''b'", "" }
    assert.equal("ok", helper.parsed_back("gnuplot", escape.gnuplot, some))
  end)
  it("gnuplot_token_has_no_line_end_and_only_doubled_apostrophes", function()
    for _, text in ipairs(helper.hostile) do
      local token = escape.gnuplot(text)
      assert.is_nil(token:find("[%z\1-\31]"))
      assert.equal("", (token:sub(2, -2):gsub("''", ""):gsub("[^']", "")))
    end
  end)
  it("terminal_shows_control_and_reordering_marks", function()
    assert.equal("a\\u{1B}[31m", escape.terminal("a\27[31m"))
    assert.equal("\\u{202E}abc\\n", escape.terminal("\u{202E}abc\n"))
    assert.equal("\\xFF", escape.terminal("\xFF"))
    assert.equal("l'école 35\u{202F}%", escape.terminal("l'école 35\u{202F}%"))
    for _, text in ipairs(helper.hostile) do
      local shown = escape.terminal(text)
      assert.truthy(utf8.len(shown))
      assert.is_nil(shown:find("[%z\1-\31\127]"))
      for _, code in utf8.codes(shown) do
        assert.is_false(code >= 0x80 and code <= 0x9F)
        assert.is_false(code >= 0x202A and code <= 0x202E)
        assert.is_false(code >= 0x2066 and code <= 0x2069)
      end
    end
  end)
  it("random_bytes_never_break_html_xml_json_csv", function()
    local seed, texts = 42, {}
    for i = 1, 300 do
      local bytes = {}
      for j = 1, i % 13 do
        seed = (seed * 1103515245 + 12345) % 2147483648
        bytes[j] = string.char(seed // 65536 % 256)
      end
      texts[i] = table.concat(bytes)
    end
    -- Bad bytes are compared loosely: the number of U+FFFD differs between decoders.
    for _, text in ipairs(texts) do
      for _, kind in ipairs { "html", "attribute", "xml", "json", "csv", "markdown", "terminal" } do
        assert.truthy(utf8.len(escape[kind](text)))
      end
    end
  end)
end)
