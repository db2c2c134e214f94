-- What the lessons on evidence share: their arguments, predictions, pictures, and rows that are taken apart and put
-- together again. A lesson loads this file by dofile.
local lesson = {}
local here = (arg[0] or ""):match("^(.*)/") or "."
io.stdout:setvbuf("line")  -- the text stands in the right place among what the program says

-- Arguments of the command line: [DIR] [--quick] [--out FOLDER]. DIR holds train, dev and test files, or is one file of
-- labelled rows; --quick trains for a moment only, to see that everything runs; pictures go into FOLDER.
function lesson.arguments(name, takes_data)
  local options = {out = name .. "-pictures"}
  local i = 1
  while i <= #arg do
    if arg[i] == "--quick" then
      options.quick, lesson.waits = true, false
    elseif arg[i] == "--out" then
      i = i + 1
      options.out = arg[i] or error("--out needs a folder", 0)
    elseif arg[i]:sub(1, 2) == "--" then
      error("unknown option " .. arg[i] .. "; there are --quick and --out", 0)
    elseif takes_data == false or options.dir then
      error("what is " .. arg[i] .. " for? usage: l2g run " .. name .. ".lua " ..
            (takes_data == false and "" or "[DIR] ") .. "[--quick] [--out FOLDER]", 0)
    else
      options.dir = arg[i]
    end
    i = i + 1
  end
  assert(os.execute("mkdir -p '" .. options.out .. "'"))
  return options
end

-- Breaks a text into lines of at most 100 letters; `indent` stands before each but the first.
local function wrapped(text, indent)
  local lines, line = {}, ""
  for word in text:gmatch("%S+") do
    if #line > 0 and #line + 1 + #word > 100 then
      lines[#lines + 1] = line
      line = indent .. word
    else
      line = #line > 0 and line .. " " .. word or word
    end
  end
  lines[#lines + 1] = line
  return table.concat(lines, "\n")
end

-- What came out, in words: tell(format, ...) as string.format.
function lesson.tell(format, ...)
  print(wrapped(select("#", ...) > 0 and format:format(...) or format, ""))
end

-- A question to be answered before the numbers are seen. At a terminal the lesson waits for Enter.
lesson.waits = os.execute("test -t 0 && test -t 1")
function lesson.predict(question)
  print("\n" .. wrapped("Predict: " .. question, "  "))
  if lesson.waits then
    io.write("(Enter goes on) ")
    io.read()
  end
end

-- The part of the data that a lesson works on: what stands in dir, or what `made` makes where no DIR was given.
function lesson.data(dir, made)
  if not dir then return made() end
  local data = load(dir)
  local is_split = pcall(function() return data.train.rows end)
  return is_split and data or split(data, {dev = 0.2, test = 0.3})
end

-- The rows of a Dataset as a list of {sequence = , label = }.
function lesson.rows(data)
  local list, sequences, labels = {}, data.sequences, data.labels
  for i = 1, #sequences do list[i] = {sequence = sequences[i], label = labels[i]} end
  return list
end

-- `count` rows of a list by lot, in the order of the lot; all of them, mixed, where there are no more.
function lesson.some(list, count, seed)
  local mixed = {table.unpack(list)}
  math.randomseed(seed or 1)
  for i = #mixed, 2, -1 do
    local j = math.random(i)
    mixed[i], mixed[j] = mixed[j], mixed[i]
  end
  return {table.unpack(mixed, 1, math.min(count, #mixed))}
end

-- The same sequences, the labels dealt out by lot.
function lesson.by_lot(list, seed)
  local labels, rows = {}, {}
  for i, row in ipairs(list) do labels[i] = row.label end
  labels = lesson.some(labels, #labels, seed)
  for i, row in ipairs(list) do rows[i] = {sequence = row.sequence, label = labels[i]} end
  return rows
end

-- Lists of rows as Splits of parts by name.
function lesson.splits(parts) return split(parts) end

-- The same dev and test rows (at most 1000 each), and other rows to learn from.
function lesson.with_train(data, list)
  return lesson.splits{train = list, dev = lesson.some(lesson.rows(data.dev), 1000),
                       test = lesson.some(lesson.rows(data.test), 1000)}
end

local partner = {A = "T", C = "G", G = "C", T = "A"}
function lesson.reverse_complement(sequence)
  return (sequence:reverse():gsub("%a", function(base) return partner[base] or "N" end))
end

-- Share of G and C of a sequence.
function lesson.gc(sequence)
  return select(2, sequence:gsub("[GC]", "")) / #sequence
end

-- Mean of a list of numbers, and their standard deviation.
function lesson.mean(list)
  local sum, squares = 0, 0
  for _, x in ipairs(list) do sum = sum + x end
  local mean = sum / #list
  for _, x in ipairs(list) do squares = squares + (x - mean) ^ 2 end
  return mean, #list > 1 and math.sqrt(squares / (#list - 1)) or 0
end

-- Random rows of 120 bases without any motif: 60 % of class "rich" are G or C, and 40 % of class "poor".
function lesson.gc_rows(each)
  local list = {}
  for class, gc in pairs{rich = 0.6, poor = 0.4} do
    local random = simulate{rows = each // 2, length = 120, gc = gc, seed = math.floor(100 * gc),
                            motifs = {none = "ACGT"}, classes = {a = {}, b = {}}}
    for _, row in ipairs(lesson.rows(random.data)) do list[#list + 1] = {sequence = row.sequence, label = class} end
  end
  table.sort(list, function(a, b) return a.sequence < b.sequence end)
  return list
end

-- Area under the ROC curve of numbers against a list of true and false: the chance that a true one is above a false
-- one, ties counted as a half.
function lesson.auroc(values, truth)
  local order = {}
  for i = 1, #values do order[i] = i end
  table.sort(order, function(a, b) return values[a] < values[b] end)
  local ranks, trues, i = 0, 0, 1
  while i <= #order do
    local j = i
    while j < #order and values[order[j + 1]] == values[order[i]] do j = j + 1 end
    for k = i, j do
      if truth[order[k]] then ranks, trues = ranks + (i + j) / 2, trues + 1 end
    end
    i = j + 1
  end
  return (ranks - trues * (trues + 1) / 2) / (trues * (#values - trues))
end

-- The planted sites of each row of simulated data, by the row's name.
function lesson.planted(simulated)
  local ids, sites = simulated.data.ids, {}
  for _, id in ipairs(ids) do sites[id] = {} end
  for _, site in ipairs(simulated.sites) do table.insert(sites[ids[site.row]], site) end
  return sites
end

return lesson
