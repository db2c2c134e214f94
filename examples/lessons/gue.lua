-- The whole transfer on one classification task, preset honest.
--
--   l2g run examples/lessons/gue.lua DIR [--seeds 3] [--minutes 15] [--steps LIST] [--out FOLDER] [--text FILE]
--          [--model WEIGHTS] [--variants LIST]
--
-- DIR holds train, dev and test files (.csv or .csv.gz) with the columns sequence and label. First come the floors:
-- linear models that see GC content, k-mers, or the k-mer at each position. Then a convolutional network alone (cnn),
-- the same embedder below a language model, fine-tuned (l2g), and the same after alignment with text (l2g-aligned). With
-- --variants cnn,l2g,l2g-random a language model of random weights says what pre-training is worth. For each seed and
-- variant one JSON line is printed; a table closes. Whatever is finished is kept in FOLDER: an interrupted call goes on
-- there.
--
-- --minutes is the wall time of the whole call. It is turned into a number of steps for each variant before anything is
-- trained; the steps are printed, and --steps (the list that was printed) repeats a run to the bit.

local options = {seeds = 3, minutes = 15}
local dir
do
  local i = 1
  while i <= #arg do
    local name = arg[i]:match("^%-%-(%a+)$")
    if name == "seeds" or name == "minutes" then
      options[name] = tonumber(arg[i + 1]) or error("--" .. name .. " needs a number, got " .. tostring(arg[i + 1]), 0)
      i = i + 2
    elseif name == "steps" or name == "out" or name == "text" or name == "model" or name == "variants" then
      options[name] = arg[i + 1] or error("--" .. name .. " needs a value", 0)
      i = i + 2
    elseif name then
      error("unknown option --" .. name .. "; there are --seeds, --minutes, --steps, --out, --text, --model, --variants", 0)
    else
      dir = arg[i]
      i = i + 1
    end
  end
end
if not dir then error("usage: l2g run gue.lua DIR [--seeds 3] [--minutes 15] [--steps LIST] [--out FOLDER]", 0) end

local began = os.time()
local task = dir:gsub("/+$", ""):match("([^/]+/[^/]+)$") or dir
local out = options.out or ("gue-" .. task:gsub("/", "-"))
os.execute("mkdir -p '" .. out .. "'")

local function read_lines(path)
  local lines, f = {}, io.open(path)
  if f then
    for line in f:lines() do lines[#lines + 1] = line end
    f:close()
  end
  return lines
end

-- The data and the floors.
local s = load(dir)
print(leakage(s))
local b = baseline(s)
print(b)
local floor = b.test_mcc
local floors = b.models

-- The variants, with the share of the time that each gets.
local share = {cnn = 4, ["l2g"] = 2, ["l2g-aligned"] = 3, ["l2g-random"] = 2}
local variants, total = {}, 0
for v in (options.variants or "cnn,l2g,l2g-aligned"):gmatch("[^,]+") do
  if not share[v] then error("there is no variant " .. v .. "; there are cnn, l2g, l2g-aligned, l2g-random", 0) end
  variants[#variants + 1] = v
end
local here = (arg[0] or ""):match("^(.*)/") or "."
local t = text(options.text or (here .. "/../text/alice_chapters_1_2.txt"), {language_model = options.model})
for _, v in ipairs(variants) do total = total + share[v] end

local batch = b.keep_positions and 128 or 64  -- pooled networks are larger, and learn in fewer epochs from small batches
local function new_model(variant, seed)
  if variant == "cnn" then
    return build(s, {kind = "cnn", baseline = b, seed = seed, name = variant, dropout = 0.2})
  end
  local weights = variant == "l2g-random" and "random" or options.model
  return build(s, {kind = "l2g", baseline = b, seed = seed, name = variant, dropout = 0.1, language_model = weights})
end

-- Minutes to steps, once: the plan is kept, so that a call that goes on does the same.
local plan_file = out .. "/plan.txt"
local plan = {}
local saved = read_lines(plan_file)[1]
local chosen = options.steps or saved
if chosen then
  for name, n in chosen:gmatch("([%w%-]+)=(%d+)") do plan[name] = tonumber(n) end
  for _, v in ipairs(variants) do
    if not plan[v] then error("--steps has no number for " .. v .. "; it looks like cnn=300,l2g=200", 0) end
  end
else
  local seconds = 60 * options.minutes - (os.time() - began) - 5
  if seconds < 10 then error("--minutes is over before training begins: the floors alone took that long", 0) end
  -- Validation, evaluation and the moving average take about a quarter of the time. No variant gets more than 14 epochs;
  -- what one does not need goes to the others.
  local most = math.floor(14 * s.train.rows / batch)
  local left, weight, cost = 0.75 * seconds / options.seeds, total, {}
  for _, v in ipairs(variants) do cost[v] = step_seconds(new_model(v, 1), s, {batch = batch}) end
  table.sort(variants, function(x, y) return cost[x] / share[x] < cost[y] / share[y] end)
  for _, v in ipairs(variants) do
    plan[v] = math.max(20, math.min(most, math.floor(left * share[v] / weight / cost[v])))
    left, weight = left - plan[v] * cost[v], weight - share[v]
  end
end
local words = {}
for _, v in ipairs(variants) do words[#words + 1] = v .. "=" .. plan[v] end
local steps_text = table.concat(words, ",")
print("steps: --steps " .. steps_text)
do
  local f = assert(io.open(plan_file, "w"))
  f:write(steps_text, "\n")
  f:close()
end

local function number(x)
  if x ~= x then return "null" end
  return string.format("%.4f", x)
end

-- One variant with one seed.
local function run(variant, seed)
  local start = os.time()
  local m = new_model(variant, seed)
  local steps = plan[variant]
  local checkpoint = string.format("%s/%s-%d", out, variant, seed)
  local mmd
  if variant == "l2g-aligned" then
    local first = math.floor(steps * 0.4)
    local a = align(m, s, {text = t, steps = first, batch = batch, seed = seed, shift = b.shift,
                           checkpoint = checkpoint .. ".align"})
    mmd = {a.mmd_before, a.mmd_after}
    steps = steps - first
  end
  train(m, s, {steps = steps, batch = batch, seed = seed, shift = b.shift, checkpoint = checkpoint .. ".train",
               validate_every = math.max(10, math.floor(steps / 16))})
  local dev = evaluate(m, s, {split = "dev", resamples = 10})
  local test = evaluate(m, s, {split = "test", baseline = b})
  print(test)
  local line = string.format(
      '{"task":"%s","variant":"%s","seed":%d,"protocol":"honest","steps":%d,"dev_mcc":%s,"test_mcc":%s,"lo":%s,"hi":%s,' ..
      '"gc_mcc":%s,"kmer_mcc":%s,"pos_mcc":%s,"joint_mcc":%s,"floor":%s,"seconds":%d}',
      task, variant, seed, plan[variant], number(dev.mcc), number(test.mcc), number(test.lo), number(test.hi),
      floors.gc and number(floors.gc.test_mcc) or "null", number(floors.kmer5.test_mcc), number(floors.pos3.test_mcc),
      number(floors.joint.test_mcc), number(floor), os.time() - start)
  save(m, checkpoint .. ".l2g")
  local f = assert(io.open(out .. "/results.jsonl", "a"))
  f:write(line, "\n")
  f:close()
  for _, stage in ipairs({".align", ".train"}) do
    os.remove(checkpoint .. stage)
    os.remove(checkpoint .. stage .. ".previous")
  end
  return line, mmd
end

local results = {}
local function remember(line)
  local variant, seed = line:match('"variant":"([^"]+)"'), tonumber(line:match('"seed":(%d+)'))
  results[variant] = results[variant] or {}
  results[variant][seed] = {
    dev = tonumber(line:match('"dev_mcc":([%-%d%.]+)')), test = tonumber(line:match('"test_mcc":([%-%d%.]+)')),
    lo = tonumber(line:match('"lo":([%-%d%.]+)')), hi = tonumber(line:match('"hi":([%-%d%.]+)'))}
end
local done = {}
for _, line in ipairs(read_lines(out .. "/results.jsonl")) do
  remember(line)
  done[line:match('"variant":"([^"]+)"') .. line:match('"seed":(%d+)')] = line
end
for seed = 1, options.seeds do
  for _, variant in ipairs(variants) do
    local line = done[variant .. seed]
    if not line then
      line = run(variant, seed)
      remember(line)
    end
    print(line)
  end
end

-- The table: means over the seeds, the variant that dev prefers, and what it says.
print("")
print(string.format("%-14s %10s %10s %20s", task, "dev MCC", "test MCC", "mean 95 % interval"))
for _, f in ipairs({"gc", "kmer5", "pos3", "joint"}) do
  if floors[f] then
    local mark = f == b.floor and "  <- floor (best on dev)" or ""
    print(string.format("%-14s %10.3f %10.3f%s", f, floors[f].dev_mcc, floors[f].test_mcc, mark))
  end
end
local best
for _, v in ipairs(variants) do
  local r, n = {dev = 0, test = 0, lo = 0, hi = 0}, 0
  for _, x in pairs(results[v] or {}) do
    for k in pairs(r) do r[k] = r[k] + x[k] end
    n = n + 1
  end
  for k in pairs(r) do r[k] = r[k] / n end
  results[v].mean = r
  if not best or r.dev > results[best].mean.dev then best = v end
  print(string.format("%-14s %10.3f %10.3f       [%.3f, %.3f]", v, r.dev, r.test, r.lo, r.hi))
end
local chosen_mean = results[best].mean
print(string.format("dev prefers %s: test MCC %.3f against the floor's %.3f (%+.3f, half-width of its interval %.3f)", best,
                    chosen_mean.test, floor, chosen_mean.test - floor, (chosen_mean.hi - chosen_mean.lo) / 2))
local function compare(a, c, what)
  if results[a] and results[c] then
    local d = results[a].mean.test - results[c].mean.test
    print(string.format("%s: %+.3f test MCC (%s against %s)%s", what, d, a, c,
                        d < 0.01 and "; it does not help here" or ""))
  end
end
compare("l2g", "cnn", "the language model")
compare("l2g", "l2g-random", "its pre-training")
compare("l2g-aligned", "l2g", "aligning with text")
