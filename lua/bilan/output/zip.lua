--- A ZIP archive in plain Lua: stored entries, CRC-32, no clock.
--
-- Layout (PKWARE APPNOTE): for each file a local header and its bytes, then the central
-- directory, then its end record. Every entry has the same fixed date (1980-01-01), so the same
-- parts give the same bytes. Sizes stay under 4 GiB; names are UTF-8 (flag bit 11).
local M = {}

local crc_table = {}
for byte = 0, 255 do
  local value = byte
  for _ = 1, 8 do
    value = value & 1 == 1 and 0xEDB88320 ~ (value >> 1) or value >> 1
  end
  crc_table[byte] = value
end

--- CRC-32 (polynomial 0xEDB88320, as ISO 3309) of a string.
function M.crc32(bytes)
  local crc = 0xFFFFFFFF
  for at = 1, #bytes do
    crc = crc_table[(crc ~ bytes:byte(at)) & 0xFF] ~ (crc >> 8)
  end
  return crc ~ 0xFFFFFFFF
end

local VERSION <const>, UTF8_NAME <const>, STORED <const> = 20, 0x0800, 0
local TIME <const>, DATE <const> = 0, 0x21 -- 00:00 on 1980-01-01

-- The header before an entry's bytes.
local function local_header(part, crc)
  return string.pack("<c4I2I2I2I2I2I4I4I4I2I2", "PK\3\4", VERSION, UTF8_NAME, STORED, TIME, DATE,
    crc, #part.bytes, #part.bytes, #part.name, 0) .. part.name
end

-- The same entry in the directory; `offset` is where its local header starts.
local function central_header(part, crc, offset)
  return string.pack("<c4I2I2I2I2I2I2I4I4I4I2I2I2I2I2I4I4", "PK\1\2", VERSION, VERSION, UTF8_NAME,
    STORED, TIME, DATE, crc, #part.bytes, #part.bytes, #part.name, 0, 0, 0, 0, 0, offset)
    .. part.name
end

--- An archive of { { name = , bytes = }, ... } in that order.
function M.pack(parts)
  local out, central, offset = {}, {}, 0
  for _, part in ipairs(parts) do
    local crc = M.crc32(part.bytes)
    local header = local_header(part, crc)
    central[#central + 1] = central_header(part, crc, offset)
    out[#out + 1] = header
    out[#out + 1] = part.bytes
    offset = offset + #header + #part.bytes
  end
  local directory = table.concat(central)
  out[#out + 1] = directory
  out[#out + 1] = string.pack("<c4I2I2I2I2I4I4I2", "PK\5\6", 0, 0, #parts, #parts, #directory,
    offset, 0)
  return table.concat(out)
end

return M
