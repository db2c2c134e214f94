-- How much of a language model should learn? Head, top layers, LoRA, all of it: a minute or two.
--   l2g run examples/lessons/tuning.lua [STEPS]
-- Each step says what it is about, shows the lines that can be typed at the prompt as they stand, and runs them.
local here = (arg[0] or ""):match("^(.*)/") or "."
local say = dofile(here .. "/say.lua")
steps = tonumber(arg[1] or 100)

say(5, [[1. The task: a TATA box near base 20 of 60, or none. The floors stand first: every network has to pass them,
and these take a second.]])
tata = {promoter = {{motif = "TATA", position = 20, spread = 4}}, background = {}}
d = simulate{rows = 300, length = 60, motifs = {TATA = "TATAWAW"}, classes = tata}
s = split(d, {dev = 0.25, test = 0.25})
b = baseline(s)
print(b)

say(3, [[2. The body is small-opt, which has read English only. build puts a new head on it: the mean of the last
layer's states, and a linear map from these 128 numbers to two classes.]])
lm = load "small-opt"
m = build(s, {kind = "lm", language_model = lm, pooling = "mean"})
print(m.parameters)

-- Trains one variant from the same start and remembers what came of it. tune: options of train besides the common ones.
results = {}
function try(name, tune)
  local model = build(s, {kind = "lm", language_model = lm, pooling = "mean", name = name, seed = 1})
  local options = {steps = steps, batch = 16, validate_every = math.max(1, steps // 4), warm_up = steps // 10, seed = 1}
  for k, v in pairs(tune) do options[k] = v end
  local r = train(model, s, options)
  local dev = evaluate(model, s, {split = "dev", resamples = 100})
  results[#results + 1] = {name = name, trained = r.trained, seconds = r.seconds, dev = dev, model = model}
  print(string.format("%-6s %7d trained numbers, %5.1f s, dev MCC %.3f", name, r.trained, r.seconds, dev.mcc))
end

say(1, [[3. The head alone: the body is frozen, so what the head sees is what a probe would see. Few numbers, a high
rate.]])
try("head", {tune = "head", rate = 1e-2})

say(1, [[4. The top: the head and the last block. The three blocks below stay, and nothing flows back through them:
less time.]])
try("top", {tune = "top", layers = 1, rate = 2e-3, body_rate = 2e-3})

say(1, [[5. LoRA: the body is frozen, but each of its linear maps gets a small detour, W x + B (A x) with 8 channels
in the middle. B begins at 0, so training starts from the model as it was. All layers can change, by few numbers.]])
try("lora", {tune = "lora", rank = 8, rate = 3e-3})

say(1, [[6. All: every number learns. The body's rate is lower than the head's: it has something to lose.]])
try("all", {tune = "all", rate = 2e-3, body_rate = 1e-3})

local function overview()
  print(string.format("  %-16s %9s %8s %8s", "", "trained", "seconds", "dev MCC"))
  for _, name in ipairs{"gc", "kmer5", "pos3", "joint"} do
    local mark = name == b.floor and "  <- floor" or ""
    print(string.format("  %-16s %9s %8s %8.3f%s", name, "", "", b.models[name].dev_mcc, mark))
  end
  for _, r in ipairs(results) do
    print(string.format("  %-16s %9d %8.1f %8.3f  [%.3f, %.3f]", r.name, r.trained, r.seconds, r.dev.mcc, r.dev.lo,
                        r.dev.hi))
  end
end
say(1, [[7. Side by side, after the same number of steps. The brackets hold 95 % of what other dev rows could have
given: where they overlap, 150 rows do not tell two variants apart.]])
overview()

best = results[1]
for _, r in ipairs(results) do
  if r.dev.mcc > best.dev.mcc then best = r end
end
say(2, [[8. The one that dev prefers sees the test rows, once.]])
e = evaluate(best.model, s, {baseline = b})
print(e)

say(1, [[9. What to take from it. Trained numbers are not time: LoRA trains 13 times fewer than all and takes hardly
less, because the gradient has to pass all layers either way; what it saves is memory and the size of the file. Where
the body knows the domain, head or LoRA come close to all; here it has never seen DNA, and more freedom pays. And if a
table of 5-mers is ahead of them all, that is the result to report: this task does not need a language model.]])
print(string.format("%s %.3f, floor (%s) %.3f", best.name, e.mcc, b.floor, b.test_mcc))

print [[

Exercise.
  - Rates: the four were given different ones. Give all four 1e-3. Whose result was the method, whose the rate?
  - Ranks: try("lora2", {tune = "lora", rank = 2, rate = 3e-3}), and rank = 32. Where does it stop to help?
  - More steps: l2g run examples/lessons/tuning.lua 400. Who overtakes whom, and who passes the floor?]]
