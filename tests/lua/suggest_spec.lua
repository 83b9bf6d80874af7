--- The codebook that `describe --codebook` drafts.
local bilan = require "bilan"
local suggest = require "bilan.suggest"

local function draft(columns) return suggest.codebook(bilan.survey(columns)) end

-- The drafted items by id; the draft must be a Lua table that reads the same survey again.
local function items_of(columns)
  local book = assert(load(draft(columns), "=draft", "t", {}))()
  local items = {}
  for _, item in ipairs(book.items) do items[item.id] = item end
  return items
end

local function repeated(values, rows)
  local out = {}
  for i = 1, rows do out[i] = values[(i - 1) % #values + 1] end
  return out
end

describe("a drafted codebook", function()
  it("finds_an_identifier_only_where_every_row_differs", function()
    local id, near = {}, {}
    for i = 1, 30 do id[i], near[i] = i, i % 29 end
    local items = items_of { id = id, near = near }
    assert.equal("id", items.id.kind)
    assert.equal("number", items.near.kind)
  end)

  it("takes_lists_of_few_parts_for_several_answers", function()
    local items = items_of { q = repeated({ "a; b", "a; c", "b; c", "a; b; c", "a", "b", "d; a" }, 40) }
    assert.equal("multiple", items.q.kind)
    assert.equal(";", items.q.separator)
    assert.same({ "a", "b", "c", "d" }, items.q.levels)
  end)

  it("leaves_a_sentence_with_a_comma_alone", function()
    local items = items_of { q = repeated({ "oui, bien sûr", "non, jamais" }, 40) }
    assert.equal("single", items.q.kind)
  end)

  it("puts_boxes_of_one_question_together", function()
    local items = items_of { ["q8[R]"] = repeated({ "Yes", "No" }, 30),
      ["q8[C]"] = repeated({ "No", "Yes", "Yes" }, 30), ["q9[x]"] = repeated({ "Yes" }, 30) }
    assert.same({ { "C", "q8[C]" }, { "R", "q8[R]" } }, items.q8.columns)
    assert.equal("single", items["q9[x]"].kind)
  end)

  it("quotes_whatever_a_header_or_an_answer_holds", function()
    local items = items_of { ['l\'"école"\n]]'] = repeated({ "a\\b", '"', "é" }, 30) }
    assert.same({ "a\\b", '"', "é" }, items['l\'"école"\n]]'].levels)
  end)
end)
