-- Belljar: makes runnable cells of the {pyodide} blocks of a Quarto document, with quarto-live's options.
-- Runs in pandoc alone, too: `pandoc --lua-filter belljar.lua`.

-- Classes that a block may have: as Quarto writes them, as pandoc reads them, and those of older extensions.
local KINDS = { ["{pyodide}"] = true, ["pyodide"] = true, ["{pyodide-python}"] = true, ["pyodide-python"] = true }
local LANGUAGE = "python"

-- Where embed.js is, packages of all cells, and options that a document has for all of its cells.
local base = "belljar/"
local packages = {}
local defaults = {}
-- Code that nobody sees, by session: it runs before the session's first cell.
local hidden = {}
local cells = 0

local function warn(text)
  if quarto and quarto.log then
    quarto.log.warning("belljar: " .. text)
  else
    io.stderr:write("[WARNING] belljar: " .. text .. "\n")
  end
end

local function escape(text)
  local references = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["\n"] = "&#10;" }
  return (text:gsub('[&<>"\n]', references))
end

local function trim(text)
  return text:match("^%s*(.-)%s*$")
end

-- A value as options have it: without the quotes of YAML.
local function plain(text)
  local value = trim(text)
  return value:match('^"(.*)"$') or value:match("^'(.*)'$") or value
end

-- Whether an option is on; `otherwise` where it is not given.
local function on(options, name, otherwise)
  local value = options[name]
  if value == nil then
    return otherwise
  end
  return value:lower() == "true" or value:lower() == "yes"
end

-- Options and code of a block: lines of `#| name: value` at its top, and attributes.
local function read(block)
  local options = {}
  for name, value in pairs(defaults) do
    options[name] = value
  end
  local code, heading = {}, true
  for line in (block.text .. "\n"):gmatch("(.-)\r?\n") do
    local name, value = line:match("^#|%s*([%w-]+):%s*(.*)$")
    if heading and name then
      options[name] = plain(value)
    elseif not (heading and line:match("^#|")) then
      heading = false
      table.insert(code, line)
    end
  end
  for name, value in pairs(block.attributes) do
    options[name] = value
  end
  return options, table.concat(code, "\n")
end

local function session_of(options)
  local name = options.envir
  return (name and name ~= "global" and name ~= "") and name or "page"
end

-- The attributes of <bell-jar>, in an order that stays the same.
local function attributes(options, session)
  local found = {}
  if session ~= "page" then
    table.insert(found, { "session", session })
  end
  if hidden[session] then
    table.insert(found, { "setup", table.concat(hidden[session], "\n") })
  end
  if #packages > 0 then
    table.insert(found, { "packages", table.concat(packages, ",") })
  end
  local edit = on(options, "edit", true)
  -- What can be neither edited nor run by a button shows its output when the reader comes to it.
  if on(options, "autorun", false) then
    table.insert(found, { "autorun", "load" })
  elseif not edit or not on(options, "runbutton", true) then
    table.insert(found, { "autorun", "visible" })
  end
  if not edit then
    table.insert(found, { "readonly" })
  end
  local seconds = tonumber(options.timelimit)
  if seconds and seconds > 0 then
    table.insert(found, { "timeout", options.timelimit })
  elseif options.timelimit then
    warn("timelimit is " .. options.timelimit .. ", which is no number of seconds; the cell has the usual one.")
  end
  if options.caption then
    table.insert(found, { "label", options.caption })
  end
  return found
end

local function opening(found)
  local tag = "<bell-jar"
  for _, one in ipairs(found) do
    tag = tag .. " " .. one[1]
    if one[2] then
      tag = tag .. '="' .. escape(one[2]) .. '"'
    end
  end
  return tag .. ">"
end

local function is_cell(block)
  for _, class in ipairs(block.classes) do
    if KINDS[class] then
      return true
    end
  end
  return false
end

-- Whether scripts run in what is written: pages and slides, but no books for readers of EPUB.
local function is_page()
  return FORMAT:match("^html") or FORMAT:match("^revealjs") or FORMAT == "slidy" or FORMAT == "s5"
end

local function names(value)
  local found = {}
  if pandoc.utils.type(value) == "List" then
    for _, one in ipairs(value) do
      table.insert(found, pandoc.utils.stringify(one))
    end
  elseif value then
    for one in pandoc.utils.stringify(value):gmatch("[^%s,]+") do
      table.insert(found, one)
    end
  end
  return found
end

local function Meta(meta)
  local own = type(meta.belljar) == "table" and meta.belljar or {}
  if own.base then
    base = pandoc.utils.stringify(own.base):gsub("/*$", "") .. "/"
  end
  if quarto and quarto.project and quarto.project.offset and not base:match("^/") and not base:match("^%a+:") then
    base = quarto.project.offset .. "/" .. base
  end
  local engine = type(meta.pyodide) == "table" and meta.pyodide or {}
  packages = names(engine.packages)
  local options = type(meta["cell-options"]) == "table" and meta["cell-options"].pyodide or {}
  for name, value in pairs(type(options) == "table" and options or {}) do
    defaults[name] = type(value) == "boolean" and tostring(value) or pandoc.utils.stringify(value)
  end
end

local function CodeBlock(block)
  if not is_cell(block) then
    return nil
  end
  local options, code = read(block)
  local session = session_of(options)
  if on(options, "check", false) or on(options, "hint", false) or on(options, "solution", false) then
    warn("an exercise's check, hint or solution is left out: there is nobody to grade it.")
    return {}
  end
  if on(options, "setup", false) or not on(options, "include", true) then
    hidden[session] = hidden[session] or {}
    table.insert(hidden[session], code)
    return {}
  end
  local shown = pandoc.CodeBlock(code, pandoc.Attr(options.label or block.identifier, { LANGUAGE }))
  if not on(options, "eval", true) or not is_page() then
    return shown
  end
  cells = cells + 1
  local tag = opening(attributes(options, session))
  return { pandoc.RawBlock("html", tag), shown, pandoc.RawBlock("html", "</bell-jar>") }
end

local function Pandoc(document)
  if cells > 0 then
    local script = '<script type="module" src="' .. escape(base .. "embed.js") .. '"></script>'
    document.blocks:insert(pandoc.RawBlock("html", script))
  end
  return document
end

return { { Meta = Meta }, { CodeBlock = CodeBlock }, { Pandoc = Pandoc } }
