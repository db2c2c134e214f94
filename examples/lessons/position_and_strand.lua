-- Position and strand: one network with and without global pooling, and what the floors said before. Half a minute:
--   l2g run examples/lessons/position_and_strand.lua [DIR] [--out FOLDER]
-- DIR holds train, dev and test files of a task of yours, which comes last. Each step says what it is about, asks for a
-- prediction, shows the lines that can be typed at the prompt, and runs them. Pictures: FOLDER.
local here = (arg[0] or ""):match("^(.*)/") or "."
local say, lesson = dofile(here .. "/say.lua"), dofile(here .. "/lesson.lua")
local options = lesson.arguments "position_and_strand"
out, tell, some, rows_of, splits = options.out, lesson.tell, lesson.some, lesson.rows, lesson.splits
steps = options.quick and 10 or 450

-- A task of two classes: what each holds, in rows of 100 random bases.
function task(classes)
  local d = simulate{rows = 600, length = 100, motifs = {M = "GATCACTG"}, classes = classes}
  return split(d, {dev = 0.2, test = 0.4})
end

-- The network: 24 windows of 11 letters slide along the row. Then either all their matches stay side by side (kept), or
-- only the best match of each window, wherever it was (pooled).
function network(s, kept, both_strands)
  local windows, head = {nn.conv1d{24, kernel = 11}, nn.relu()}, nn.linear(#s.train.classes)
  local layers = kept and {windows[1], windows[2], nn.max_pool{4}, nn.flatten(), head}
                 or {windows[1], windows[2], nn.global_max_pool(), head}
  local m = build(s, {layers = layers, both_strands = both_strands})
  train(m, s, {steps = steps, batch = 32, rate = 3e-3, validate_every = math.max(1, steps // 10)})
  return m
end
-- The same rows, read from the other strand.
function turned(data)
  local list = rows_of(data)
  for _, row in ipairs(list) do row.sequence = lesson.reverse_complement(row.sequence) end
  return splits{train = list}
end
function mcc(model, data, part) return evaluate(model, data, {split = part, resamples = 100}).mcc end

local four = {{"kept", true, false}, {"kept, both strands", true, true}, {"pooled", false, false},
              {"pooled, both strands", false, true}}
local values = {}
-- All four networks on a task, beside what baseline advises. Returns the dev MCC of each by its name.
local function compare(s, name)
  local b = baseline(s)
  tell("baseline, before any network: " .. b.advice)
  local other_strand = turned(s.test)
  local scores, best, advised = {}, nil, nil
  print(string.format("  %-24s %8s %9s %22s", "", "dev MCC", "test MCC", "test, other strand"))
  for _, v in ipairs(four) do
    local m = network(s, v[2], v[3])
    local r = {name = v[1], dev = mcc(m, s, "dev"), test = mcc(m, s, "test"), other = mcc(m, other_strand)}
    scores[v[1]] = r
    if not best or r.dev > best.dev then best = r end
    local is_advised = v[2] == b.keep_positions and v[3] == b.both_strands
    if is_advised then advised = r end
    print(string.format("  %-24s %8.3f %9.3f %22.3f%s", v[1], r.dev, r.test, r.other,
                        is_advised and "  <- advised" or ""))
    values[name .. ": " .. v[1]] = r.dev
  end
  print(string.format("  %-24s %8.3f %9.3f %22s", "floor, " .. b.floor, b.dev_mcc, b.test_mcc, ""))
  local room = 2 / math.sqrt(#s.dev)
  if best == advised then
    tell("The advice was right: no other network is better on dev.")
  elseif best.dev - advised.dev < room then
    tell([[The best on dev is "%s"; the advised one is %.2f behind, and with %d dev rows differences up to %.2f may be
chance. The advice was good enough.]], best.name, best.dev - advised.dev, #s.dev, room)
  else
    tell([[The advice was wrong here: "%s" is %.2f ahead of what it said. It comes from linear models, and they have
their own limits; it is where to start, and dev decides.]], best.name, best.dev - advised.dev)
  end
  return scores
end

lesson.predict [[Class "near" holds GATCACTG around base 30, class "far" holds it around base 70, always on the strand
that is read. Which of the four networks can tell them apart: positions kept or pooled away, one strand or both?]]

say(3, [[1. Place is all. Both classes have the same motif; only where it lies is different.]])
place = task{near = {{motif = "M", position = 30, spread = 3, strand = "+"}},
             far = {{motif = "M", position = 70, spread = 3, strand = "+"}}}
print(place.train)
local r = compare(place, "place")
tell([[What was pooled away cannot be had back: a network that keeps only the best match of each window reaches %.2f
where the same windows with their places reach %.2f. Read from the other strand, base 30 is base 71, and the motif is
another word; a network that was never shown that strand makes %.2f of it.]], r.pooled.dev, r.kept.dev, r.kept.other)

lesson.predict [[Now one class holds the motif, anywhere and on either strand, the other does not. Which network is
best? What does keeping positions cost?]]

say(1, [[2. Anywhere. The motif counts, its place and strand do not.]])
anywhere = task{with = {{motif = "M"}}, without = {}}
r = compare(anywhere, "anywhere")
local gain = r["pooled, both strands"].dev - r.pooled.dev
tell([[With positions kept the network has to learn for each place anew that a match there counts: %.2f on dev against
%.2f. It is not unable, it needs more rows. %s]], r.kept.dev, r.pooled.dev, string.format(gain > 0.02 and
[[Showing either strand is worth %+.2f to the pooled network: each row gives two views of the same fact.]] or
[[Showing either strand is worth no more to the pooled network (%+.2f): these rows were enough for both.]], gain))

lesson.predict [[Both classes hold the motif, anywhere; in one it stands on the strand that is read, in the other on
the opposite one. What does a network reach that sees both strands?]]

say(2, [[3. The strand is all. As with a promoter, which points in one direction.]])
strand = task{forward = {{motif = "M", strand = "+"}}, reverse = {{motif = "M", strand = "-"}}}
r = compare(strand, "strand")
tell([[Averaging both strands throws away exactly what tells the classes apart: %.2f against %.2f. "DNA has two
strands, so augment with reverse complements" is right for what lies on both, such as the binding of most factors, and
wrong for what has a direction, such as transcription. On the other strand the network that reads one gives %.2f: it
calls each class the other, as it should.]], r["pooled, both strands"].dev, r.pooled.dev, r.pooled.other)

if options.dir then
  local data = lesson.data(options.dir)
  yours = splits{train = some(rows_of(data.train), 3000), dev = some(rows_of(data.dev), 1000),
                 test = some(rows_of(data.test), 1000)}
  lesson.predict "Your own task: which of the four? Say why, before the floors speak."
  say(1, [[4. Your task, at most 3000 rows to learn from.]])
  print(yours.train)
  compare(yours, "yours")
end

plot.scores(values, {axis = "dev MCC", title = "the same windows, with and without their places",
                     file = out .. "/position_and_strand.png"})
print("\npicture: " .. out .. "/position_and_strand.png")
print [[

Exercise. Change one thing: the spread of step 1, 3 in both lines, to 15, then to 30.
  - At which spread does pos3 (print(baseline(place))) stop to be the floor, and when does the advice change?
  - Is there a spread at which the advice is to pool, and keeping positions is still better?
  - Two motifs in a fixed order, M and then another, anywhere: can the pooled network tell it from the reverse order?]]
