-- A leak: rows of test that the network has seen in training, and what they do to its score. Half a minute:
--   l2g run examples/lessons/leak.lua [DIR] [--out FOLDER]
-- DIR holds train, dev and test files of a task of yours; without it the rows are made up. Each step says what it is
-- about, asks for a prediction, shows the lines that can be typed at the prompt, and runs them. Pictures: FOLDER.
local here = (arg[0] or ""):match("^(.*)/") or "."
local say, lesson = dofile(here .. "/say.lua"), dofile(here .. "/lesson.lua")
local options = lesson.arguments "leak"
out, tell, some, rows_of, splits = options.out, lesson.tell, lesson.some, lesson.rows, lesson.splits
reverse_complement = lesson.reverse_complement
steps = options.quick and 10 or 600

local all = lesson.data(options.dir, function() return split(simulate{rows = 1000}, {dev = 0.1, test = 0.4}) end)
-- Rows with equal sequences count once here: what leaks is to be put in by hand.
local function once(list)
  local seen, kept = {}, {}
  for _, row in ipairs(list) do
    if not (seen[row.sequence] or seen[reverse_complement(row.sequence)]) then
      seen[row.sequence] = true
      kept[#kept + 1] = row
    end
  end
  return kept
end
local pool = once(some(rows_of(all.train), 900))
test = once(some(rows_of(all.test), 800, 2))

-- A network that keeps positions, trained for a fixed number of steps: no row of dev or test chooses anything.
function network(s, both_strands)
  local layers = {nn.conv1d{32, kernel = 11}, nn.relu(), nn.max_pool{4}, nn.flatten(), nn.linear(#s.train.classes)}
  return trained(build(s, {layers = layers, both_strands = both_strands or false}), s)
end
function trained(m, s)
  train(m, s.train, {steps = steps, batch = 32, rate = 3e-3, schedule = "constant", smoothing = 0, decay = 0})
  return m
end
function mcc(m, s) return evaluate(m, s, {resamples = 100}).mcc end
function with(train_rows, test_rows) return splits{train = train_rows, dev = test_rows, test = test_rows} end

say(2, [[1. A clean task. leakage compares every row of dev and test with train: equal, on the other strand, inside, or
with half of it in common. (Here and below dev is a copy of test that nothing looks at.)]])
clean = with(pool, test)
print(leakage(clean))
local clean_parts = leakage(clean).parts.test
if clean_parts.exact + clean_parts.reverse_complement > 0 then
  tell("Your files have leaks of their own: %d of %d test rows stand in train. They stay in, as they are.",
       clean_parts.exact + clean_parts.reverse_complement, clean_parts.rows)
end
honest = network(clean)
print(string.format("test MCC %.3f", mcc(honest, clean)))

say(4, [[2. The control: the same sequences, with labels dealt out by lot in every part. There is nothing to know about
a new row, so whoever scores above chance has seen it before.]])
lot = {train = lesson.by_lot(pool, 1), test = lesson.by_lot(test, 2)}
clean_lot = with(lot.train, lot.test)
honest_lot = network(clean_lot)
print(string.format("test MCC with labels by lot %.3f", mcc(honest_lot, clean_lot)))

lesson.predict [[Now 10, 30 and 60 % of the test rows go into train, labels and all. What does the score on test
become, for the real task, and for the one where there is nothing to know?]]

say(7, [[3. The leak. The last 40 % of the test rows never go into train: they are scored on their own, too.]])
function leaky(train_rows, test_rows, share, how)
  local more = {table.unpack(train_rows)}
  for i = 1, math.floor(share * #test_rows) do
    more[#more + 1] = {sequence = (how or tostring)(test_rows[i].sequence), label = test_rows[i].label}
  end
  return with(more, test_rows)
end
local function never_in_train(train_rows, test_rows)
  return with(train_rows, {table.unpack(test_rows, math.floor(0.6 * #test_rows) + 1)})
end
local rest, rest_lot = never_in_train(pool, test), never_in_train(lot.train, lot.test)
local points, scores = {x = {}, y = {}, labels = {}}, {}
print(string.format("  %6s %9s   %-22s   %-22s", "", "leakage", "the task", "labels by lot"))
print(string.format("  %6s %9s   %8s %13s   %8s %13s", "put in", "finds", "all test", "never put in", "all test",
                    "never put in"))
for _, share in ipairs{0, 0.1, 0.3, 0.6} do
  local s, l = leaky(pool, test, share), leaky(lot.train, lot.test, share)
  local m = share == 0 and honest or network(s)
  local m_lot = share == 0 and honest_lot or network(l)
  local row = {mcc(m, s), mcc(m, rest), mcc(m_lot, l), mcc(m_lot, rest_lot)}
  scores[share] = row
  print(string.format("  %5.0f%% %9d   %8.3f %13.3f   %8.3f %13.3f", 100 * share, leakage(s).parts.test.exact,
                      table.unpack(row)))
  for i, name in ipairs{"task", "task, never put in", "labels by lot", "labels by lot, never put in"} do
    table.insert(points.x, 100 * share)
    table.insert(points.y, row[i])
    table.insert(points.labels, name)
  end
end
plot.scatter(points.x, points.y, {labels = points.labels, title = "test rows in train (%) against test MCC",
                                  file = out .. "/leak.png"})
local before, after = scores[0], scores[0.6]
if after[3] > 0.3 then
  tell([[With 60 %% of test in train, labels by lot are "foretold" with an MCC of %.2f; on the rows that never were put
in it is %.2f, and so few rows give up to %.2f by chance. The network knows nothing; it remembers. The task went from
%.2f to %.2f in the same way, and from %.2f to %.2f on the rows that never were in train. Nothing in the score itself
shows this: a leak looks like success.]], after[3],
       after[4], 2 / math.sqrt(#rest_lot.test), before[1], after[1], before[2], after[2])
else
  tell([[Labels by lot reach %.2f with 60 %% of test in train: this training was too short to learn rows by heart. A
leak harms most where a network can.]], after[3])
end

lesson.predict [[The rows that leak are turned around: train holds their reverse complements, the same molecule read
from the other strand. Is this a leak, for a network that reads one strand? For one that sees both?]]

say(4, [[4. Reverse complements, 60 % of the test rows, labels by lot. build{both_strands = true}: training shows
either strand at random, predictions are the mean of both.]])
turned = leaky(lot.train, lot.test, 0.6, reverse_complement)
print(leakage(turned))
one, both = mcc(network(turned, false), turned), mcc(network(turned, true), turned)
print(string.format("labels by lot: MCC %.3f reading one strand, %.3f reading both", one, both))
if both - one > 0.15 then
  tell([[A network that reads one strand cannot use what stands on the other; one that sees both learns it by heart as
well. A search for equal strings finds none of these rows, and leakage counts them on their own.]])
else
  tell("Here the two are close: it takes more training to learn rows by heart through both strands.")
end

lesson.predict [[A file in which every row stands two to three times, half of the copies on the other strand, labels by
lot. It is split at random. What is the score on test? And if equal rows are kept in one part?]]

say(7, [[5. The split. keep_identical is on when nothing is said; most tools, and most published splits, have no such
thing. Labels by lot again, both strands.]])
copies = {}
for i, row in ipairs(lot.train) do
  table.insert(copies, row)
  table.insert(copies, {sequence = reverse_complement(row.sequence), label = row.label})
  if i % 2 == 0 then table.insert(copies, row) end
end
file = splits{train = copies}
local function compare_splits(which, how)
  local results = {}
  for _, keep in ipairs{false, true} do
    local s = split(which, {dev = 0.1, test = 0.3, keep_identical = keep})
    local found = leakage(s).parts.test
    results[keep] = mcc(how(s), s)
    print(string.format("  keep_identical = %s: of %d test rows in train %d as they are, %d turned, %d in part", keep,
                        found.rows, found.exact, found.reverse_complement, found.shared_kmer))
    print(string.format("    test MCC %.3f", results[keep]))
  end
  return results
end
local by_split = compare_splits(file, function(s) return network(s, true) end)
tell([[The same file, the same network: %.2f when the split ignores copies, %.2f when it keeps them together. The rows
are noise, so the second one is the truth.]], by_split[false], by_split[true])

lesson.predict [[Two windows of a genome that overlap are not equal. Does a split that keeps equal rows together keep
them together? Does it matter to the score?]]

say(10, [[6. Neighbours. Each row gives two windows that share most of their bases, still with labels by lot. The model
is a bag of 6-mers, for which a shift is no obstacle.]])
function windows(rows)
  local list = {}
  for _, row in ipairs(rows) do
    local cut = #row.sequence // 10
    table.insert(list, {sequence = row.sequence:sub(1, -cut - 1), label = row.label})
    table.insert(list, {sequence = row.sequence:sub(cut + 1), label = row.label})
  end
  return list
end
function bag(s) return trained(build(s, {layers = {nn.kmer_bag{#s.train.classes, k = 6}}}), s) end
local near = compare_splits(splits{train = windows(lot.train)}, bag)

say(3, [[7. The remedy: divide what the rows come from, then cut windows. For a genome that is a split by chromosome,
split(rows, {test = {"chr8", "chr9"}}).]])
first = split(splits{train = lot.train}, {dev = 0.1, test = 0.3})
apart = with(windows(rows_of(first.train)), windows(rows_of(first.test)))
apart_mcc = mcc(bag(apart), apart)
print(string.format("leakage finds %d rows in part; test MCC %.3f", leakage(apart).parts.test.shared_kmer, apart_mcc))
if near[true] > 0.2 then
  tell([[Neighbours on both sides of a split are worth an MCC of %.2f on noise, and keeping equal rows together changed
it by %+.2f only. What helps is to know where rows come from: %.2f when their origins are divided first.]], near[true],
       near[true] - near[false], apart_mcc)
else
  tell("With neighbours on both sides %.2f, with origins divided first %.2f: too little training to tell them apart.",
       near[true], apart_mcc)
end

print("\npicture: " .. out .. "/leak.png")
print [[

Exercise. Change one thing: how far two windows lie apart, #row.sequence // 10 in windows(), to // 3.
  - Does leakage still find the neighbours? It counts rows that share half of their letters in a row; ask it for less,
    leakage(s, {k = 20}) in compare_splits().
  - Does the score still rise? At which overlap does a leak stop being one for this model?
  - How small may k be, before rows share a stretch by chance alone? (4^k against the letters of train tells.)]]
