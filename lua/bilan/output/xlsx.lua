--- A sheet, or several, as an Excel workbook (Office Open XML, ECMA-376) in plain Lua.
--
-- Numbers are numbers (a share is 0.35 with the format 0%), texts are inline strings with their
-- type stated, so no text can be taken for a formula. The headings are frozen; counts and bases
-- have their columns; the last worksheet holds the method. No clock: same bytes on every run.
--
-- Parts of the package: [Content_Types].xml names the type of each part; _rels/.rels points to
-- xl/workbook.xml, which lists the worksheets; xl/_rels/workbook.xml.rels ties them to their
-- files; xl/styles.xml holds the formats that cells refer to by index (`styles` below must
-- follow the order of cellXfs). Texts stand in the cells themselves ("inlineStr"): no table of
-- shared strings is needed. Row 1 is the title, row 2 the headings, then the rows of the grid.
local display = require "bilan.output.display"
local escape = require "bilan.output.escape"
local format = require "bilan.output.format"
local gate = require "bilan.gate"
local host = require "bilan.host"
local zip = require "bilan.output.zip"

local M = {}

local xml = escape.xml

local DECLARATION <const> = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
local MAIN <const> = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
local RELS <const> = "http://schemas.openxmlformats.org/package/2006/relationships"
local DOC_RELS <const> = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
local TYPES <const> = "http://schemas.openxmlformats.org/package/2006/content-types"
local SHEET_TYPE <const> =
  "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
local BOOK_TYPE <const> =
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
local STYLE_TYPE <const> =
  "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
local CELL_TEXT_MOST <const> = 32767

-- Indices into cellXfs below.
local styles = { plain = 0, head = 1, title = 2, percent0 = 3, percent1 = 4, percent2 = 5,
  count = 6, number = 7, words = 8, wrap = 9, italic = 10 }

-- Formats of figures with a mark of display rules behind them ("12%‡"): the number stays one.
-- marked[mark][style] is the index into cellXfs.
local marked, mark_formats, mark_xfs = {}, {}, {}
for _, flag in ipairs { "review", "complement" } do
  local mark, own = display.marks[flag], {}
  for _, pair in ipairs { { "percent0", "0%" }, { "percent1", "0.0%" }, { "percent2", "0.00%" },
    { "count", "#,##0" }, { "number", "General" } } do
    local id = 166 + #mark_formats
    mark_formats[#mark_formats + 1] = ('<numFmt numFmtId="%d" formatCode="%s&quot;%s&quot;"/>')
      :format(id, pair[2], mark)
    mark_xfs[#mark_xfs + 1] = ('<xf numFmtId="%d" fontId="0" fillId="0" borderId="0" xfId="0" '
      .. 'applyNumberFormat="1"/>'):format(id)
    own[styles[pair[1]]] = 10 + #mark_xfs
  end
  marked[mark] = own
end

local style_xml <const> = DECLARATION .. '<styleSheet xmlns="' .. MAIN .. '">'
  .. ('<numFmts count="%d">'):format(2 + #mark_formats)
  .. '<numFmt numFmtId="164" formatCode="0.0%"/><numFmt numFmtId="165" formatCode="0.00%"/>'
  .. table.concat(mark_formats) .. '</numFmts>'
  .. '<fonts count="4"><font><sz val="11"/><name val="Calibri"/></font>'
  .. '<font><b/><sz val="11"/><name val="Calibri"/></font>'
  .. '<font><b/><sz val="14"/><name val="Calibri"/></font>'
  .. '<font><i/><sz val="11"/><color rgb="FF595959"/><name val="Calibri"/></font></fonts>'
  .. '<fills count="3"><fill><patternFill patternType="none"/></fill>'
  .. '<fill><patternFill patternType="gray125"/></fill>'
  .. '<fill><patternFill patternType="solid"><fgColor rgb="FFEDF1F2"/></patternFill></fill></fills>'
  .. '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>'
  .. '<border><left/><right/><top/><bottom style="thin"/><diagonal/></border></borders>'
  .. '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
  .. ('<cellXfs count="%d">'):format(11 + #mark_xfs)
  .. '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
  .. '<xf numFmtId="0" fontId="1" fillId="2" borderId="1" xfId="0" applyFont="1" applyFill="1" '
  .. 'applyBorder="1" applyAlignment="1"><alignment vertical="bottom" wrapText="1"/></xf>'
  .. '<xf numFmtId="0" fontId="2" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
  .. '<xf numFmtId="9" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
  .. '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
  .. '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
  .. '<xf numFmtId="3" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
  .. '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
  .. '<xf numFmtId="0" fontId="3" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
  .. '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1">'
  .. '<alignment vertical="top" wrapText="1"/></xf>'
  .. '<xf numFmtId="0" fontId="3" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
  .. table.concat(mark_xfs) .. '</cellXfs></styleSheet>'

-- "A", "Z", "AA": the name of a column.
local function column_name(index)
  local name = ""
  while index > 0 do
    local rest = (index - 1) % 26
    name = string.char(65 + rest) .. name
    index = (index - 1 - rest) // 26
  end
  return name
end

-- Cuts a text to what a cell may hold, on a whole character.
local function cut(text)
  if #text <= CELL_TEXT_MOST then return text end
  local stop = CELL_TEXT_MOST
  while text:byte(stop + 1) and text:byte(stop + 1) & 0xC0 == 0x80 do stop = stop - 1 end
  return text:sub(1, stop)
end

-- A text with its type stated: it is never read as a formula, whatever it starts with.
local function text_cell(at, row, text, style)
  return ('<c r="%s%d" s="%d" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>'):format(
    column_name(at), row, style or styles.plain, xml(cut(text)))
end

-- A number at full precision; the style says how it looks.
local function number_cell(at, row, value, style)
  return ('<c r="%s%d" s="%d"><v>%s</v></c>'):format(column_name(at), row, style,
    host.number(value))
end

-- The percent format with the decimals that a reader of the table sees.
local function percent_style(body)
  local decimals = body.decimals and body.decimals.share or 0
  return styles["percent" .. math.min(decimals, 2)]
end

-- ---- a grid for spreadsheets: intervals take two columns ------------------------------------

-- Columns of the worksheet: { label, read(cell), style }.
local function book_columns(body)
  local columns = {}
  local function add(at, label, field, type_name)
    columns[#columns + 1] = { at = at, label = label, field = field, type = type_name }
  end
  for at, column in ipairs(body.columns) do
    local label = column.label
    for _, group in ipairs(body.groups or {}) do
      if at >= group.first and at <= group.last then
        label = format.typography(group.label .. ": ", { lang = body.lang }) .. label
      end
    end
    if column.letter then label = label .. " (" .. column.letter .. ")" end
    if column.type == "interval" then
      add(at, label .. " \u{2265}", "low", body.unit)
      add(at, label .. " \u{2264}", "high", body.unit)
    else
      add(at, column.plain or label, "value", column.type)
      if column.base then add(at, label, "base", "count") end
      if column.type == "share" and body.unit == "table" then
        add(at, label .. " (n)", "n", "count")
      end
    end
  end
  return columns
end

local function style_of(type_name, body)
  if type_name == "share" or type_name == "points" then return percent_style(body) end
  if type_name == "count" then return styles.count end
  return styles.number
end

-- One cell: a number when there is one, else its words.
local function book_cell(cell, column, body, at, row)
  local value = cell[column.field]
  if cell.type == "label" then return text_cell(at, row, cell.text) end
  if cell.shown and math.type(value) then
    local type_name = cell.type == "interval" and column.type or cell.type
    if column.field == "n" or column.field == "base" then type_name = "count" end
    local style = style_of(type_name, body)
    if cell.flag_mark then style = marked[cell.flag_mark][style] end
    return number_cell(at, row, value, style)
  end
  if cell.text == "" then return "" end
  return text_cell(at, row, cell.text, cell.shown and styles.plain or styles.words)
end

local function row_xml(number, cells)
  return ('<row r="%d">%s</row>'):format(number, table.concat(cells))
end

-- Column widths from the texts, in characters.
local function widths_xml(body, columns)
  local parts = {}
  for at, column in ipairs(columns) do
    local most = math.min(host.width(column.label), 18)
    for _, row in ipairs(body.rows) do
      local cell = row.cells[column.at]
      local words = cell.type == "label" or not cell.shown
      if words then most = math.max(most, host.width(cell.text)) end
    end
    local width = math.min(math.max(most + 2, 9), 60)
    parts[at] = ('<col min="%d" max="%d" width="%d" customWidth="1"/>'):format(at, at, width)
  end
  return #parts > 0 and "<cols>" .. table.concat(parts) .. "</cols>" or ""
end

local function title_of(body)
  if not body.subtitle then return body.title or "" end
  return body.title and body.title .. " \u{2013} " .. body.subtitle or body.subtitle
end

-- The worksheet of a table: title, headings (frozen), rows, lines below.
local function table_xml(body)
  local columns, rows = book_columns(body), {}
  rows[1] = row_xml(1, { text_cell(1, 1, title_of(body), styles.title) })
  local cells = {}
  for at, column in ipairs(columns) do cells[at] = text_cell(at, 2, column.label, styles.head) end
  rows[2] = row_xml(2, cells)
  for index, row in ipairs(body.rows) do
    local number, out = index + 2, {}
    for at, column in ipairs(columns) do
      out[at] = book_cell(row.cells[column.at], column, body, at, number)
    end
    rows[#rows + 1] = row_xml(number, out)
  end
  for index, line in ipairs(body.foot) do
    local number = #body.rows + 3 + index
    rows[#rows + 1] = row_xml(number, { text_cell(1, number, line, styles.italic) })
  end
  return DECLARATION .. ('<worksheet xmlns="%s">'):format(MAIN)
    .. '<sheetViews><sheetView workbookViewId="0"><pane ySplit="2" topLeftCell="A3" '
    .. 'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    .. widths_xml(body, columns)
    .. "<sheetData>" .. table.concat(rows) .. "</sheetData></worksheet>"
end

-- The worksheet of the method: what each table rests on, one sentence a row.
local function method_xml(bodies, tag)
  local rows, seen = {}, {}
  local function add(text, style)
    local number = #rows + 1
    rows[number] = row_xml(number, { text_cell(1, number, text, style) })
  end
  add(format.say(tag, "sheet_method"), styles.title)
  for _, body in ipairs(bodies) do
    if body.synthetic and not seen.synthetic then
      seen.synthetic = true
      add(format.say(tag, "foot_synthetic"), styles.wrap)
    end
    for _, note in ipairs(body.notes) do
      if not seen[note] then add(note, styles.wrap) end
      seen[note] = true
    end
  end
  add("bilan " .. host.version, styles.words)
  return DECLARATION .. ('<worksheet xmlns="%s">'):format(MAIN)
    .. '<cols><col min="1" max="1" width="100" customWidth="1"/></cols><sheetData>'
    .. table.concat(rows) .. "</sheetData></worksheet>"
end

-- ---- the package ----------------------------------------------------------------------------

-- A name Excel accepts: at most 31 characters, none of []:*?/\, unique without regard to case.
local function sheet_name(wanted, taken)
  local plain = escape.clean(wanted, ""):gsub("[%[%]:*?/\\\n\t]", " "):gsub("^'+", "")
  local function short(most)
    local stop = utf8.offset(plain, most + 1)
    return (stop and plain:sub(1, stop - 1) or plain):gsub("'+$", "")
  end
  local name, number = short(31), 1
  if name:match("^%s*$") then plain, name = "Table", "Table" end
  while taken[name:lower()] do
    number = number + 1
    name = short(27) .. " " .. number
  end
  taken[name:lower()] = true
  return name
end

-- The part that names the type of every other part; `count` worksheets.
local function content_types(count)
  local parts = { DECLARATION, '<Types xmlns="', TYPES, '">',
    '<Default Extension="rels" ContentType="',
    'application/vnd.openxmlformats-package.relationships+xml"/>',
    '<Default Extension="xml" ContentType="application/xml"/>',
    '<Override PartName="/xl/workbook.xml" ContentType="', BOOK_TYPE, '"/>',
    '<Override PartName="/xl/styles.xml" ContentType="', STYLE_TYPE, '"/>' }
  for index = 1, count do
    parts[#parts + 1] = ('<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="%s"/>')
      :format(index, SHEET_TYPE)
  end
  return table.concat(parts) .. "</Types>"
end

-- Relations { kind, target } numbered rId1, rId2, ...
local function relations(list)
  local parts = { DECLARATION, '<Relationships xmlns="', RELS, '">' }
  for index, relation in ipairs(list) do
    parts[#parts + 1] = ('<Relationship Id="rId%d" Type="%s/%s" Target="%s"/>'):format(index,
      DOC_RELS, relation[1], relation[2])
  end
  return table.concat(parts) .. "</Relationships>"
end

-- The workbook: its worksheets in order, tied to the relations of the same number.
local function workbook(names)
  local parts = {}
  for index, name in ipairs(names) do
    parts[index] = ('<sheet name="%s" sheetId="%d" r:id="rId%d"/>'):format(xml(name), index, index)
  end
  local shape = '<workbook xmlns="%s" xmlns:r="%s"><sheets>%s</sheets></workbook>'
  return DECLARATION .. shape:format(MAIN, DOC_RELS, table.concat(parts))
end

--- The bytes of a workbook. `sheets` is a sheet, or a list of sheets; opts.names gives the names
-- of their worksheets.
function M.book(sheets, opts)
  if gate.is_sheet(sheets) then sheets = { sheets } end
  local bodies, names, taken, list, parts = {}, {}, {}, {}, {}
  for index, sheet in ipairs(sheets) do
    local body = gate.open(sheet, "the spreadsheet writer")
    bodies[index] = body
    local wanted = opts and opts.names and opts.names[index] or body.title
    names[index] = sheet_name(wanted or format.say(body.lang, "sheet_data"), taken)
    parts[index] = { name = ("xl/worksheets/sheet%d.xml"):format(index), bytes = table_xml(body) }
  end
  local tag = bodies[1] and bodies[1].lang
  names[#names + 1] = sheet_name(format.say(tag, "sheet_method"), taken)
  parts[#parts + 1] = { name = ("xl/worksheets/sheet%d.xml"):format(#names),
    bytes = method_xml(bodies, tag) }
  for index in ipairs(names) do
    list[index] = { "worksheet", ("worksheets/sheet%d.xml"):format(index) }
  end
  list[#list + 1] = { "styles", "styles.xml" }
  local package = {
    { name = "[Content_Types].xml", bytes = content_types(#names) },
    { name = "_rels/.rels", bytes = relations { { "officeDocument", "xl/workbook.xml" } } },
    { name = "xl/workbook.xml", bytes = workbook(names) },
    { name = "xl/_rels/workbook.xml.rels", bytes = relations(list) },
    { name = "xl/styles.xml", bytes = style_xml },
  }
  return zip.pack(table.move(parts, 1, #parts, #package + 1, package))
end

return M
