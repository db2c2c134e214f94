-- GC content as the confound: a network that is good for the wrong reason, and how one finds out. Half a minute:
--   l2g run examples/lessons/gc_confound.lua [DIR] [--out FOLDER]
-- DIR holds train, dev and test files of a task of two classes; without it the rows are made up. Each step says what it
-- is about, asks for a prediction, shows the lines that can be typed at the prompt, and runs them. Pictures: FOLDER.
local here = (arg[0] or ""):match("^(.*)/") or "."
local say, lesson = dofile(here .. "/say.lua"), dofile(here .. "/lesson.lua")
local options = lesson.arguments "gc_confound"
out, tell, some, rows_of, splits, gc = options.out, lesson.tell, lesson.some, lesson.rows, lesson.splits, lesson.gc
steps = options.quick and 10 or 500

-- Rows of a class "bound", richer in G and C, and of a class "open". Each row has its own share of G and C, from 40 to
-- 60 %. With a motif, seven of ten bound rows hold it; its letters are half G and C, so that it does not give itself
-- away.
letters = "GATCACTG"
local function made(with_motif)
  local list = {}
  for level = 0, 4 do
    local d = simulate{rows = 150 + 150 * level, length = 100, gc = 0.4 + 0.05 * level, seed = 10 + level,
                       motifs = {M = letters},
                       classes = {bound = {{motif = "M", probability = with_motif and 0.7 or 0}}, open = {}}}
    -- Of "open" there are as many rows at the other end.
    local opens = 150 + 150 * (4 - level)
    local o = simulate{rows = opens, length = 100, gc = 0.4 + 0.05 * level, seed = 20 + level,
                       motifs = {M = letters}, classes = {bound = {}, open = {}}}
    for _, row in ipairs(rows_of(d.data)) do
      if row.label == "bound" then list[#list + 1] = row end
    end
    for _, row in ipairs(rows_of(o.data)) do
      if row.label == "open" then list[#list + 1] = row end
    end
  end
  return split(splits{train = list}, {dev = 0.15, test = 0.35})
end

-- The same network each time: 32 windows of 11 letters, the best match of each anywhere, a linear map.
function network(s)
  local m = build(s, {layers = {nn.conv1d{32, kernel = 11}, nn.relu(), nn.global_max_pool(), nn.linear(2)}})
  train(m, s, {steps = steps, batch = 32, rate = 3e-3, validate_every = math.max(1, steps // 10)})
  return m
end
function mcc(model, data) return evaluate(model, data, {resamples = 100}).mcc end
function gc_floor(s) return baseline(s, {models = {"gc"}}).test_mcc end

-- Pairs of rows, one of each class, whose shares of G and C differ by at most 1 %. All else is left out.
function matched(list)
  local classes, by_class = {}, {}
  for _, row in ipairs(list) do
    if not by_class[row.label] then
      by_class[row.label], classes[#classes + 1] = {}, row.label
    end
    table.insert(by_class[row.label], row)
  end
  for _, of_class in pairs(by_class) do
    table.sort(of_class, function(a, b)
      local x, y = gc(a.sequence), gc(b.sequence)
      return x < y or x == y and a.sequence < b.sequence
    end)
  end
  local pairs_, i, j = {}, 1, 1
  local first, second = by_class[classes[1]], by_class[classes[2]]
  while i <= #first and j <= #second do
    local difference = gc(first[i].sequence) - gc(second[j].sequence)
    if math.abs(difference) <= 0.01 then
      table.insert(pairs_, first[i])
      table.insert(pairs_, second[j])
      i, j = i + 1, j + 1
    elseif difference < 0 then
      i = i + 1
    else
      j = j + 1
    end
  end
  return pairs_
end
function match_all(s)
  return splits{train = matched(rows_of(s.train)), dev = matched(rows_of(s.dev)), test = matched(rows_of(s.test))}
end
local function draw(data, title, file)
  local values, labels = {}, data.labels
  for i, sequence in ipairs(data.sequences) do values[i] = 100 * gc(sequence) end
  plot.histogram(values, {labels = labels, axis = "G and C (%)", title = title, bins = 12, file = out .. "/" .. file})
end

local function only_gc()
  lesson.predict [[Two classes of random DNA, with no motif in any row; "bound" has a little more G and C. Nothing
binds anything here. What MCC does a network reach?]]

  say(4, [[1. Nothing but GC. gc_floor is a single threshold on the share of G and C (baseline knows it as gc).]])
  nothing = made(false)
  empty = network(nothing)
  print(nothing.train)
  print(string.format("network %.3f, GC threshold %.3f", mcc(empty, nothing), gc_floor(nothing)))

  say(2, [[2. The test of it. matched pairs each row with one of the other class that has the same share of G and C (a
function of this file); what finds no partner is left out.]])
  fair = match_all(nothing)
  print(string.format("on %d matched test rows: network %.3f", #fair.test, mcc(empty, fair)))
  local before, after = mcc(empty, nothing), mcc(empty, fair)
  local chance = 2 / math.sqrt(#fair.test)
  if before > 2 * chance and after < chance then
    tell([[From %.2f to %.2f, where %.2f can be chance: all that this network knew was GC. Its score was no mistake of
the network; GC does tell these classes apart. The mistake would be to write "the network has learnt what binds".]],
         before, after, chance)
  else
    tell("From %.2f to %.2f; chance alone gives up to %.2f.", before, after, chance)
  end
end
if not options.dir then only_gc() end

s = lesson.data(options.dir, function() return made(true) end)
if #s.train.classes ~= 2 then
  error(string.format("%s has %d classes; matching pairs of rows takes two", options.dir, #s.train.classes), 0)
end
if options.dir then
  s = splits{train = some(rows_of(s.train), 3000), dev = some(rows_of(s.dev), 800), test = some(rows_of(s.test), 2000)}
end

say(2, (options.dir and "3. Your task, and its floors." or [[3. A task with something in it: seven of ten bound rows
hold a motif, and GC differs as before. The floors:]]))
b = baseline(s)
print(b)

say(1, [[4. Matched backgrounds: what is left when GC is taken away? The pictures show GC before and after.]])
fair = match_all(s)
draw(s.test, "test rows as they come", "gc_before.png")
draw(fair.test, "test rows, matched", "gc_after.png")
local floor_before, floor_after = gc_floor(s), gc_floor(fair)
print(string.format("test rows %d, matched %d; GC threshold %.3f, after matching %.3f", #s.test, #fair.test,
                    floor_before, floor_after))

lesson.predict [[Two networks, one trained on the rows as they come, one on matched rows (fewer of them). Each is
scored on both kinds of test rows. That makes four scores. Which is the highest, which the lowest?]]

say(2, [[5. Two by two.]])
usual = network(s)
taught = network(fair)
local four = {{mcc(usual, s), mcc(usual, fair)}, {mcc(taught, s), mcc(taught, fair)}}
print(string.format("  %-28s %18s %18s", "", "test as it comes", "test matched"))
print(string.format("  %-28s %18.3f %18.3f", "trained on all", table.unpack(four[1])))
print(string.format("  %-28s %18.3f %18.3f", "trained on matched rows", table.unpack(four[2])))
print(string.format("  %-28s %18.3f %18.3f", "GC threshold", floor_before, floor_after))
tell([[Taking GC away cost the usual network %.2f: so much of its score was GC. Of what it reaches on matched rows,
%.2f, GC can be no part. That is the number to report, with the pairs that were lost: %d of %d test rows found a
partner.]],
     four[1][1] - four[1][2], four[1][2], #fair.test, #s.test)
if four[2][2] - four[1][2] > 0.02 then
  tell([[The network that was taught on matched rows is better there, by %.2f, although it has seen fewer rows: it
could not lean on GC.]], four[2][2] - four[1][2])
else
  tell([[The network that was taught on matched rows is not better there (%+.2f): it has seen fewer rows, and the other
one had found more than GC by itself.]], four[2][2] - four[1][2])
end

-- Mean share of G and C of a class.
local function mean_gc(data, class)
  local values = {}
  for _, row in ipairs(rows_of(data)) do
    if row.label == class then values[#values + 1] = gc(row.sequence) end
  end
  return lesson.mean(values)
end
local classes = s.train.classes
local rich = mean_gc(s.train, classes[1]) > mean_gc(s.train, classes[2]) and 1 or 2
local poor_name = classes[3 - rich]
-- Of the rows of one class, in three thirds by their share of G and C: which part does a model call the other class?
function wrong_by_gc(model)
  local list, thirds = {}, {0, 0, 0}
  for _, row in ipairs(rows_of(s.test)) do
    if row.label == poor_name then list[#list + 1] = row end
  end
  table.sort(list, function(a, b)
    local x, y = gc(a.sequence), gc(b.sequence)
    return x < y or x == y and a.sequence < b.sequence
  end)
  local all_of_class = splits{train = list}
  local p = predict(model, all_of_class)
  for i = 1, #list do
    local third = math.ceil(3 * i / #list)
    thirds[third] = thirds[third] + (p[i][rich] > 0.5 and 300 / #list or 0)
  end
  return thirds
end

say(2, [[6. The same without pairs: rows of the class that is poorer in G and C, and of no other. In which third of
them, by their GC, does a network go wrong? Nothing but its own reading of them can make a difference.]])
by_usual = wrong_by_gc(usual)
by_taught = wrong_by_gc(taught)
print(string.format("  %-28s %10s %10s %10s", poor_name .. " called " .. classes[rich], "low GC", "middle", "high GC"))
print(string.format("  %-28s %8.0f %% %8.0f %% %8.0f %%", "trained on all", table.unpack(by_usual)))
print(string.format("  %-28s %8.0f %% %8.0f %% %8.0f %%", "trained on matched rows", table.unpack(by_taught)))
local function points(thirds) return math.floor(thirds[3] - thirds[1] + 0.5) end
local slope, taught_slope = points(by_usual), points(by_taught)
if slope > 10 and slope > taught_slope + 5 then
  tell([[From low to high GC the usual network goes wrong more often by %d points, the other one by %d. On a genome
whose background is richer in G and C, the first one would call many more places, and nobody would know why.]], slope,
       taught_slope)
else
  tell("From low to high GC the errors change by %d points, and by %d in the other network.", slope, taught_slope)
end

print("\npictures: " .. out .. "/gc_before.png, " .. out .. "/gc_after.png")
print [[

Exercise. Change one thing: letters, "GATCACTG", to "GCGCGCGC".
  - How high is the GC threshold before matching, and after? Matching counts the motif's own letters, too.
  - Who scores on matched rows now? Is a motif that is all G and C a confound, or the answer?
  - Which control would tell? (Shuffle the letters of each row: GC stays, the motif goes. What does the network say?)]]
