-- What is a language model worth on a task? Told honestly: against floors, against a network alone, against a body of
-- random weights, over seeds and over test rows. A minute:
--   l2g run examples/lessons/worth_of_a_language_model.lua [DIR] [--out FOLDER]
-- DIR holds train, dev and test files of a task of yours; without it the rows are made up. Each step says what it is
-- about, asks for a prediction, shows the lines that can be typed at the prompt, and runs them. Pictures: FOLDER.
local here = (arg[0] or ""):match("^(.*)/") or "."
local say, lesson = dofile(here .. "/say.lua"), dofile(here .. "/lesson.lua")
local options = lesson.arguments "worth_of_a_language_model"
out, tell = options.out, lesson.tell
seeds, steps = options.quick and 2 or 5, options.quick and 4 or 60

-- A TATA box near base 20, or none: 720 rows to learn from, 300 that judge.
s = lesson.data(options.dir, function()
  local d = simulate{rows = options.quick and 100 or 600, length = 60, motifs = {TATA = "TATAWAW"},
                     classes = {promoter = {{motif = "TATA", position = 20, spread = 4}}, background = {}}}
  return split(d, {dev = 0.15, test = 0.25})
end)
if options.dir then
  local some, rows_of = lesson.some, lesson.rows
  s = lesson.splits{train = some(rows_of(s.train), 720), dev = some(rows_of(s.dev), 200),
                    test = some(rows_of(s.test), 500)}
end

say(2, [[1. The floors, before anything else. A language model is large; a table of 5-mers is not.]])
b = baseline(s)
print(b)

-- cnn: the network that baseline advises. l2g: a network of that kind writes up to 16 tokens, which the language model
-- that ships reads (it has read English, letter by letter, and no DNA). l2g-random: the same with weights by lot.
local byte_model = here .. "/../language_model/byte-roberta.safetensors"
variants = {cnn = {kind = "cnn"}, l2g = {kind = "l2g", tokens = 16, language_model = byte_model},
            ["l2g-random"] = {kind = "l2g", tokens = 16, language_model = "random"}}
order = {"cnn", "l2g", "l2g-random"}
function network(variant, seed)
  local o = {baseline = b, name = variant, seed = seed}
  for name, value in pairs(variants[variant]) do o[name] = value end
  return build(s, o)
end

local seconds = {}
say(3, [[2. Three networks. cnn: without a language model. l2g: below the byte model that ships, which has read English
letter by letter, and no DNA; all of it is trained. l2g-random: the same layers, with weights by lot. What is only in
l2g is what was read; what is in both and not in cnn is size and form.]])
for _, variant in ipairs(order) do
  local m = network(variant, 1)
  seconds[variant] = step_seconds(m, s, {batch = 32})
  print(string.format("  %-12s %8d numbers, %.4f s a step", variant, m.parameters, seconds[variant]))
end

lesson.predict(string.format([[Each is trained with %d seeds. Order the four by their score on test: the floor (%s),
cnn, l2g, l2g-random. And how large is the difference that is due to reading, l2g less l2g-random?]], seeds, b.floor))

tell([[3. The runs. A step of cnn takes %.0f times less than one of l2g, and cnn gets three times as many: a comparison
owes each variant its best, not the same. A line for each run is kept in results.jsonl.]], seconds.l2g / seconds.cnn)
models, scores = {}, {}
os.remove(out .. "/results.jsonl")
print(string.format("  %6s %12s %9s %9s %9s", "seed", "", "dev MCC", "test MCC", "seconds"))
for seed = 1, seeds do
  for _, variant in ipairs(order) do
    local m = network(variant, seed)
    local n = variant == "cnn" and 3 * steps or steps
    local r = train(m, s, {steps = n, batch = 32, seed = seed, warm_up = n // 10, validate_every = math.max(4, n // 4)})
    local dev, test = evaluate(m, s, {split = "dev", resamples = 100}), evaluate(m, s, {resamples = 100})
    models[variant] = models[variant] or m
    scores[variant] = scores[variant] or {dev = {}, test = {}}
    scores[variant].dev[seed], scores[variant].test[seed] = dev.mcc, test.mcc
    print(string.format("  %6d %12s %9.3f %9.3f %9.1f", seed, variant, dev.mcc, test.mcc, r.seconds))
    local file = assert(io.open(out .. "/results.jsonl", "a"))
    file:write(string.format('{"variant":"%s","seed":%d,"dev_mcc":%.4f,"test_mcc":%.4f}\n', variant,
                             seed, dev.mcc, test.mcc))
    file:close()
  end
end
print(string.format("  %-12s %8s %17s", "mean", "dev MCC", "test MCC (sd)"))
local best
for _, variant in ipairs(order) do
  local r = scores[variant]
  r.mean_dev = lesson.mean(r.dev)
  r.mean, r.sd = lesson.mean(r.test)
  if not best or r.mean_dev > scores[best].mean_dev then best = variant end
  print(string.format("  %-12s %8.3f %10.3f (%.3f)", variant, r.mean_dev, r.mean, r.sd))
end
print(string.format("  %-12s %8.3f %10.3f", "floor " .. b.floor, b.dev_mcc, b.test_mcc))

lesson.predict(string.format([[l2g and l2g-random are %+.3f apart in the mean. Is this a difference? Which two throws
of dice are in it, and how would you measure each?]], scores.l2g.mean - scores["l2g-random"].mean))

say(2, [[4. First die: the seed, which draws first weights and the order of rows. Differences are taken seed by seed.
The corrected interval knows that all these trainings share their rows (Nadeau and Bengio 2003): it is the one to
believe. Holm's p is for all three comparisons together.]])
over_seeds = compare_seeds(out .. "/results.jsonl", {data = s})
print(over_seeds)
plot(over_seeds, {file = out .. "/over_seeds.png"})

say(2, [[5. Second die: the test rows. The same two networks on other rows of this kind: what would their difference
be? The rows are drawn again, the same ones for both.]])
over_rows = compare(models.l2g, models["l2g-random"], s)
print(over_rows)

local row
for _, r in ipairs(over_seeds.rows) do
  if r.first == "l2g" and r.second == "l2g-random" then row = r end
end
local function verdict(lo, hi)
  return lo > 0 and "is above 0" or hi < 0 and "is below 0" or "holds 0"
end
tell([[The worth of reading English, l2g less l2g-random: over seeds %+.3f, and the interval [%.3f, %.3f] %s; over test
rows, for seed 1, %+.3f, and [%.3f, %.3f] %s.]], row.difference, row.lo, row.hi, verdict(row.lo, row.hi),
     over_rows.difference, over_rows.lo, over_rows.hi, verdict(over_rows.lo, over_rows.hi))
if row.lo > 0 and over_rows.lo > 0 then
  tell([[Both dice say the same: on this task, with this training, reading English helped. English, not "biology": the
weights may help by being well scaled, and a control that has read shuffled text would tell that apart.]])
elseif row.hi < 0 and over_rows.hi < 0 then
  tell "Both dice say the same: here the weights that have read were worse than weights by lot."
else
  if over_rows.lo > 0 or over_rows.hi < 0 then
    tell([[The two dice disagree: these two trainings differ for certain on rows like these, but they are two of many,
and others differ otherwise. One pair of trainings and a small p: that is how many differences get into print.]])
  end
  tell([[This is not enough to claim a difference, and it is not a proof that there is none: with %d seeds nothing
smaller than about %.2f could have been seen. "No significant difference" means "this experiment could not see one".]],
       seeds, (row.hi - row.lo) / 2)
end
tell([[And against what is simpler: dev prefers %s, which has %.3f on test; cnn has %.3f, the floor (%s) %.3f. %s]],
     best, scores[best].mean, scores.cnn.mean, b.floor, b.test_mcc,
     b.test_mcc >= scores[best].mean and
     [[The floor is not passed: then the language model is worth nothing here, whatever it gains over its twin.]] or
     best == "cnn" and [[The network alone is ahead: what was added to it did not pay.]] or
     string.format("The difference to the floor is %+.3f.", scores[best].mean - b.test_mcc))

print [[

6. What cannot be concluded from this, whatever came out:
  - anything about another task, another language model, more rows or longer training;
  - that the model "knows" motifs: a score does not say by what it was reached;
  - that the best of three variants is as good as its dev score: it was picked for it;
  - how it would be with another draw of training rows: all seeds had the same ones.]]

print("\npicture: " .. out .. "/over_seeds.png; the runs: " .. out .. "/results.jsonl")
print [[

Exercise. Change one thing: the number of seeds, 5, to 3, then to 10.
  - How does the width of the corrected interval change? Why does it stop shrinking, and the plain one does not?
  - Does the sign of l2g less l2g-random stay?
  - How many seeds would you need for a difference of 0.02? Is that worth its electricity?]]
