local format = require "bilan.output.format"
local host = require "bilan.host"
local lang = require "bilan.output.lang"

local N, B, MINUS = "\u{202F}", "\u{A0}", "\u{2212}" -- narrow no-break, no-break, minus

describe("format.percent", function()
  it("rounds_ties_by_the_named_rule", function()
    assert.equal("13%", format.percent(1, 8))
    assert.equal("12%", format.percent(1, 8, { rule = "half_even" }))
    assert.equal("12%", format.percent(1, 8, { rule = "half_down" }))
    assert.equal("38%", format.percent(3, 8, { rule = "half_even" }))
    assert.equal("13" .. N .. "%", format.percent(1, 8, { lang = "fr" }))
  end)
  it("is_exact_where_doubles_are_not", function()
    assert.equal("29%", format.percent(285, 1000)) -- 0.285 * 100 is 28.499999999999996
    assert.equal("28.5%", format.percent(2845, 10000, { decimals = 1 }))
    assert.equal("28%", format.percent(2845, 10000)) -- not 28.45 -> 28.5 -> 29
    assert.equal("100%", format.percent(2 ^ 53, 2 ^ 53))
  end)
  it("agrees_with_the_formula_on_all_small_bases", function()
    for n = 1, 60 do
      for k = 0, n do
        for d = 0, 2 do
          local scale = 10 ^ d // 1 | 0
          local wanted = (2 * 100 * scale * k + n) // (2 * n)
          assert.equal(wanted, host.percent(k, n, d, "half_up"))
        end
      end
    end
  end)
  it("has_no_percentage_of_nobody", function()
    assert.is_nil(format.percent(0, 0))
    assert.is_nil(format.share(nil, 0, 0))
  end)
  it("refuses_an_unknown_rule_and_language", function()
    assert.error_matches(function() format.percent(1, 2, { rule = "up" }) end,
      'unknown rounding rule "up"; known are half_up')
    assert.error_matches(function() format.percent(1, 2, { lang = "de" }) end,
      'unknown language "de"; known are fr, en, nl')
  end)
end)

describe("format.share", function()
  it("takes_count_and_base_when_they_give_the_share", function()
    assert.equal("12.5%", format.share(0.125, 1, 8, { decimals = 1 }))
    assert.equal("13%", format.share(1 / 8, 1, 8))
  end)
  it("rounds_a_weighted_share_on_its_own_digits", function()
    assert.equal("29%", format.share(0.285, 5, 20))
    assert.equal("28.5%", format.share(0.285, nil, nil, { decimals = 1 }))
  end)
  it("has_no_words_for_what_is_no_number", function()
    assert.is_nil(format.share(0 / 0))
    assert.is_nil(format.number(math.huge))
    assert.is_nil(format.number(nil))
  end)
end)

describe("format.number", function()
  it("writes_each_language", function()
    assert.equal("1" .. N .. "234" .. N .. "567,89", format.number(1234567.891, { lang = "fr" }))
    assert.equal("1,234,567.89", format.number(1234567.891, { lang = "en" }))
    assert.equal("1.234.567,89", format.number(1234567.891, { lang = "nl" }))
    assert.equal("1" .. N .. "075", format.count(1075, { lang = "fr" }))
    assert.equal("999", format.count(999, { lang = "fr" }))
  end)
  it("rounds_on_decimal_digits", function()
    assert.equal("2.68", format.number(2.675, { decimals = 2 }))
    assert.equal("1.01", format.number(1.005, { decimals = 2 }))
    assert.equal("1,000.00", format.number(999.995, { decimals = 2 }))
    assert.equal("2", format.number(2.5, { decimals = 0, rule = "half_even" }))
    assert.equal("0.0", format.number(1e-300, { decimals = 1 }))
    assert.equal("0", format.number(-0.4, { decimals = 0 }))
    assert.equal(MINUS .. "1", format.number(-0.5, { decimals = 0 }))
  end)
  it("keeps_the_sign_when_asked", function()
    assert.equal("+12,3" .. B .. "points", format.points(0.123, { lang = "fr", decimals = 1 }))
    assert.equal(MINUS .. "4" .. B .. "points", format.points(-0.04, { lang = "en" }))
  end)
end)

describe("format of tests, intervals, dates", function()
  it("p_values", function()
    assert.equal("p" .. B .. "<" .. B .. "0,001", format.p_value(0.0009, { lang = "fr" }))
    assert.equal("p" .. B .. "=" .. B .. "0,012", format.p_value(0.0123, { lang = "fr" }))
    assert.equal("p" .. B .. "=" .. B .. "0.001", format.p_value(0.001))
    assert.equal("p" .. B .. ">" .. B .. "0.999", format.p_value(0.99999))
    assert.is_nil(format.p_value(0 / 0))
  end)
  it("intervals", function()
    assert.equal("32" .. B .. "à" .. B .. "38" .. N .. "%", format.interval(0.32, 0.38,
      { lang = "fr" }))
    assert.equal("0" .. B .. "to" .. B .. "4%", format.interval(0, 0.04))
    assert.equal("13.96" .. B .. "to" .. B .. "14.08",
      format.interval(13.96, 14.08, { unit = "number", decimals = 2 }))
    assert.is_nil(format.interval(0.1, nil))
  end)
  it("dates_and_ordinals", function()
    assert.equal("1er" .. B .. "juillet 2023", format.date("2023-07-01", { lang = "fr" }))
    assert.equal("30" .. B .. "juni 2023", format.date("2023-06-30", { lang = "nl" }))
    assert.error_matches(function() format.date("2023-13-01") end, "is no date")
    assert.error_matches(function() format.date("30/06/2023") end, "year%-month%-day")
    assert.equal("1re", format.ordinal(1, { lang = "fr", feminine = true }))
    assert.equal("3e", format.ordinal(3, { lang = "fr" }))
    assert.equal("11th", format.ordinal(11, { lang = "en" }))
    assert.equal("22nd", format.ordinal(22, { lang = "en" }))
  end)
end)

describe("format.typography", function()
  local function french(text) return format.typography(text, { lang = "fr" }) end
  it("puts_blanks_before_high_marks_once", function()
    local text = "Vraiment" .. N .. "?! Oui" .. B .. ": 35" .. N .. "%" .. N .. "; bon" .. N .. "!"
    assert.equal(text, french("Vraiment ?! Oui: 35% ; bon!"))
    assert.equal(text, french(text))
  end)
  it("sets_guillemets_in_pairs", function()
    assert.equal("il dit «" .. B .. "oui" .. B .. "»" .. N .. "!", french('il dit "oui"!'))
    assert.equal('un seul " reste', french('un seul " reste'))
    assert.equal("«" .. B .. "a" .. B .. "»", french("« a »"))
  end)
  it("leaves_addresses_times_and_other_languages", function()
    assert.equal("http://a.b/c?d=e", french("http://a.b/c?d=e"))
    assert.equal("à 10:30", french("à 10:30"))
    assert.equal("Really?", format.typography("Really?", { lang = "en" }))
    assert.equal("l'école", french("l'école"))
  end)
end)

describe("the language table", function()
  it("has_every_sentence_in_three_languages_with_the_same_arguments", function()
    for _, key in ipairs(lang.keys()) do
      local function marks(tag)
        local list = {}
        for mark in lang.find(tag, key):gmatch("{[%w_|]+}") do list[#list + 1] = mark end
        table.sort(list)
        return table.concat(list)
      end
      for _, tag in ipairs(lang.languages) do
        assert.truthy(lang.find(tag, key), key .. " in " .. tag)
        assert.equal(marks("fr"), marks(tag), key)
      end
    end
  end)
  it("translates_what_the_core_says_and_keeps_the_rest", function()
    assert.equal("le dénominateur est nul ; la base est nulle",
      lang.translate("fr", "the denominator is zero; the base is 0"))
    assert.equal("l'effectif est faible", lang.translate("fr", "l'effectif est faible"))
    assert.equal("chi-squared", lang.translate("en", "chi-squared"))
    assert.equal("x; de basis is 0", lang.translate("nl", "x; the base is 0"))
  end)
  it("knows_every_note_of_the_core", function()
    local found = 0
    for _, name in ipairs { "core/stat/plain/note.c", "core/stat/estimate.c" } do
      local file <close> = assert(io.open(name))
      local source = file:read("a")
      for note in source:gmatch('NOTE_[A-Z_]+[,:] ?r?e?t?u?r?n? ?"([^"]+)"') do
        found = found + 1
        assert.not_equal(note, lang.translate("fr", note))
        assert.not_equal(note, lang.translate("nl", note))
      end
    end
    assert.is_true(found >= 20, tostring(found))
  end)
  it("fills_in_arguments_as_they_are", function()
    assert.equal("Intervalles de confiance à 95" .. N .. "%" .. B .. ": méthode de Wilson.",
      format.say("fr", "method_interval", { conf = 0.95, method = "wilson" }))
    assert.equal("Weighted by a?b; n is the unweighted number of respondents.",
      format.say("en", "method_weights", { weights = "a?b" }))
  end)
  it("refuses_an_unknown_sentence", function()
    assert.error_matches(function() format.say("fr", "nothing_such") end, "no sentence")
  end)
end)
