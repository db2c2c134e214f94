-- Lingo (Zhan, Wu and Zhang 2024) from end to end with what comes with the program: a frozen causal language model reads
-- DNA between words, SVD-LoRA adapters whose ranks are sampled are trained with a head on the last token.
--
--   l2g run examples/lessons/lingo.lua DIR [--preset honest] [--seeds 3] [--minutes 15] [--steps LIST] [--out FOLDER]
--          [--model small-opt] [--variants head,ars] [--prompts none,lingo,own,wrong] [--task NAME]
--
-- DIR holds train, dev and test files with the columns sequence and label. First come the floors: linear models of GC
-- content and k-mers. Then each variant of tuning with Lingo's prompt (head: nothing but the head is trained; ars: Lingo;
-- also lora, adalora, all), then ars with the other prompts: none, the task's own, a wrong one. What a prompt is worth is
-- told as the mean difference over the seeds, each seed against itself. For each run one JSON line is printed; a table
-- closes. Whatever is finished is kept in FOLDER: an interrupted call goes on there.
--
-- --preset paper and code are the published settings of --task (by default the last name of DIR: H3, prom_300_tata, ...);
-- they run for the published number of epochs unless --minutes or --steps says less, which takes hours. In code the rows
-- of test choose the weights, as in the published scripts: its scores are too good.
--
-- --minutes is the wall time of the whole call. It is turned into a number of steps for each run before anything is
-- trained; the steps are printed, and --steps (the list that was printed) repeats a run to the bit.

local here = (arg[0] or ""):match("^(.*)/") or "."
local lessons = dofile(here .. "/runs.lua")
local options, dir = lessons.options(
    "l2g run lingo.lua DIR [--preset honest] [--seeds 3] [--minutes 15] [--out FOLDER]",
    {preset = "honest", seeds = 3, model = "small-opt", variants = "head,ars", prompts = "none,lingo,own,wrong"},
    "seeds minutes", "preset steps out model variants prompts task")
if options.preset == "honest" and not options.minutes then options.minutes = 15 end

local began = os.time()
local task = dir:match("([^/]+/[^/]+)$") or dir
local published = options.task or task:match("[^/]+$")
local out = options.out or ("lingo-" .. options.preset .. "-" .. task:gsub("/", "-"))
os.execute("mkdir -p '" .. out .. "'")

-- The data and the floors.
local s = load(dir)
print(leakage(s))
local b = baseline(s)
print(b)
local floor, floors = b.test_mcc, b.models

-- The settings, and the words around a sequence.
local lm = load(options.model)
print(lm)
local settings = lingo(published, {preset = options.preset, rows = s.train.rows})
print("preset " .. settings.preset .. ": " .. settings.note)
local prompts = settings.prompts
local tune_of = {head = "head", lora = "lora", adalora = "adalora", ars = settings.train.tune, all = "all"}

-- What is run: {variant, prompt}.
local runs = {}
local function plan_run(variant, prompt)
  for _, r in ipairs(runs) do
    if r.variant == variant and r.prompt == prompt then return end
  end
  runs[#runs + 1] = {variant = variant, prompt = prompt, name = variant .. "-" .. prompt}
end
for v in options.variants:gmatch("[^,]+") do
  if not tune_of[v] then error("there is no variant " .. v .. "; there are head, lora, adalora, ars, all", 0) end
  plan_run(v, "lingo")
end
for p in options.prompts:gmatch("[^,]+") do
  if not prompts[p] then error("there is no prompt " .. p .. "; there are none, lingo, own, wrong", 0) end
  if p == "own" and prompts.own.prefix == prompts.lingo.prefix then
    print("the task's own prompt is Lingo's: it is not run twice")
  else
    plan_run("ars", p)
  end
end

local function new_model(run, seed)
  local p = prompts[run.prompt]
  return build(s, {kind = "lm", language_model = lm, pooling = "last", prefix = p.prefix, suffix = p.suffix,
                   max_tokens = settings.build.max_tokens, seed = seed, name = run.name})
end

-- Validations of a training of so many steps: of honest, together at most 40 % of the time. A pass forward is a third of
-- a step, and nearly all of it where only the head is trained.
local batch = settings.train.batch
local function one_validation(run) return s.dev.rows / batch * (run.variant == "head" and 0.9 or 0.33) end
local function validations(run, steps) return math.max(3, math.min(16, math.floor(0.67 * steps / one_validation(run)))) end

-- The options of a training: those of the preset, without the ones that a variant does not know.
local about_ranks = {target_rank = true, tinit = true, tfinal = true, delta_t = true, beta1 = true, beta2 = true,
                     p = true, orthogonality = true, final_mask = true}
local about_adapters = {rank = true, alpha = true, dropout = true, targets = true, target_rule = true}
local function training(run, steps, seed)
  local o = {}
  for k, v in pairs(lingo(published, {preset = options.preset, steps = steps}).train) do
    local ranks, adapters = about_ranks[k], about_adapters[k]
    if run.variant == "ars" or not (ranks or adapters) or (run.variant == "lora" and adapters) then o[k] = v end
  end
  if run.variant == "adalora" then
    for k in pairs(about_adapters) do o[k] = settings.train[k] end
    o.target_rank, o.tinit, o.tfinal = settings.train.target_rank, steps // 10, steps // 4
  end
  if options.preset == "honest" then o.validate_every = math.ceil(steps / validations(run, steps)) end
  o.tune, o.seed = tune_of[run.variant], seed
  return o
end

-- Minutes to steps, once: the plan is kept, so that a call that goes on does the same.
local plan_file = out .. "/plan.txt"
local plan = {}
local chosen = options.steps or lessons.read_lines(plan_file)[1]
if chosen then
  for name, n in chosen:gmatch("([%w%-]+)=(%d+)") do plan[name] = tonumber(n) end
  for _, r in ipairs(runs) do
    if not plan[r.name] then error("--steps has no number for " .. r.name .. "; it looks like ars-lingo=300", 0) end
  end
else
  local most = settings.train.steps
  local seconds = options.minutes and 60 * options.minutes - (os.time() - began) - 5
  if seconds and seconds < 10 then error("--minutes is over before training begins: the floors took that long", 0) end
  for _, r in ipairs(runs) do
    plan[r.name] = most
    if seconds then
      -- In steps: what a run may take, a tenth kept for what is not counted, less the evaluation at its end.
      local cost = step_seconds(new_model(r, 1), s, {batch = batch, tune = tune_of[r.variant]})
      local room = 0.9 * seconds / options.seeds / #runs / cost - one_validation(r) * (1 + s.test.rows / s.dev.rows)
      local n = math.floor(room)
      while n > 40 and n + validations(r, n) * one_validation(r) > room do n = n - 1 end
      plan[r.name] = math.max(40, math.min(most, n))
      print(string.format("%-12s %6.3f s a step, %d steps (%.1f epochs)", r.name, cost, plan[r.name],
                          plan[r.name] * batch / s.train.rows))
    end
  end
  -- Prompts are compared at equal numbers of steps.
  local least = math.huge
  for _, r in ipairs(runs) do
    if r.variant == "ars" then least = math.min(least, plan[r.name]) end
  end
  for _, r in ipairs(runs) do
    if r.variant == "ars" then plan[r.name] = least end
  end
end
local words = {}
for _, r in ipairs(runs) do words[#words + 1] = r.name .. "=" .. plan[r.name] end
local steps_text = table.concat(words, ",")
print("steps: --steps " .. steps_text)
do
  local f = assert(io.open(plan_file, "w"))
  f:write(steps_text, "\n")
  f:close()
end

local function number(x)
  if not x or x ~= x then return "null" end
  return string.format("%.4f", x)
end

-- One run with one seed.
local function train_one(run, seed)
  local start = os.time()
  local m = new_model(run, seed)
  local checkpoint = string.format("%s/%s-%d", out, run.name, seed)
  local o = training(run, plan[run.name], seed)
  o.checkpoint = checkpoint .. ".train"
  local r = train(m, s, o)
  local dev = evaluate(m, s, {split = "dev", resamples = 10})
  local test = evaluate(m, s, {split = "test", baseline = b})
  print(test)
  local line = string.format(
      '{"task":"%s","variant":"%s","prompt":"%s","seed":%d,"protocol":"%s","steps":%d,"trained":%s,"left":%s,' ..
      '"dev_mcc":%s,"test_mcc":%s,"lo":%s,"hi":%s,"floor":%s,"seconds":%d}',
      task, run.variant, run.prompt, seed, settings.preset, plan[run.name], r.trained or "null", r.left or "null",
      number(dev.mcc), number(test.mcc), number(test.lo), number(test.hi), number(floor), os.time() - start)
  save(m, checkpoint .. ".l2g")
  local f = assert(io.open(out .. "/results.jsonl", "a"))
  f:write(line, "\n")
  f:close()
  os.remove(checkpoint .. ".train")
  os.remove(checkpoint .. ".train.previous")
  return line
end

local results, done = {}, {}
local function remember(line)
  local name = line:match('"variant":"([^"]+)"') .. "-" .. line:match('"prompt":"([^"]+)"')
  local seed = tonumber(line:match('"seed":(%d+)'))
  results[name] = results[name] or {}
  local r = {}
  for _, k in ipairs({"dev_mcc", "test_mcc", "lo", "hi"}) do
    r[k] = tonumber(line:match('"' .. k .. '":([%-%d%.]+)')) or 0 / 0
  end
  results[name][seed] = r
  done[name .. seed] = line
end
for _, line in ipairs(lessons.read_lines(out .. "/results.jsonl")) do remember(line) end
for seed = 1, options.seeds do
  for _, r in ipairs(runs) do
    if not done[r.name .. seed] then remember(train_one(r, seed)) end
    print(done[r.name .. seed])
  end
end

-- The table: means over the seeds, the variant that dev prefers, the worth of the words.
print("")
print(string.format("%-20s %10s %10s %20s", task, "dev MCC", "test MCC", "mean 95 % interval"))
for _, f in ipairs({"gc", "kmer5", "pos3", "joint"}) do
  if floors[f] then
    local mark = f == b.floor and "  <- floor (best on dev)" or ""
    print(string.format("%-20s %10.3f %10.3f%s", f, floors[f].dev_mcc, floors[f].test_mcc, mark))
  end
end
local best
for _, run in ipairs(runs) do
  local r, n = {dev_mcc = 0, test_mcc = 0, lo = 0, hi = 0}, 0
  for seed = 1, options.seeds do
    for k in pairs(r) do r[k] = r[k] + results[run.name][seed][k] end
    n = n + 1
  end
  for k in pairs(r) do r[k] = r[k] / n end
  run.mean = r
  if not best or r.dev_mcc > best.mean.dev_mcc then best = run end
  print(string.format("%-20s %10.3f %10.3f       [%.3f, %.3f]", run.name, r.dev_mcc, r.test_mcc, r.lo, r.hi))
end
print(string.format("dev prefers %s: test MCC %.3f against the floor's %.3f (%+.3f)", best.name, best.mean.test_mcc, floor,
                    best.mean.test_mcc - floor))

-- Student's t, 97.5 %, by degrees of freedom.
local quantile = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262}
local function worth(a, c, what)
  if not (results[a] and results[c]) or a == c then return end
  local sum, squares, n = 0, 0, options.seeds
  for seed = 1, n do
    local d = results[a][seed].test_mcc - results[c][seed].test_mcc
    sum, squares = sum + d, squares + d * d
  end
  local mean = sum / n
  local interval = "one seed says nothing about chance"
  if n > 1 then
    local half = (quantile[n - 1] or 2.2) * math.sqrt(math.max(0, squares / n - mean * mean) / (n - 1))
    interval = string.format("95 %% interval over %d seeds [%+.3f, %+.3f]%s", n, mean - half, mean + half,
                             mean - half <= 0 and mean + half >= 0 and "; it may be nothing" or "")
  end
  print(string.format("%s: %+.3f test MCC (%s against %s), %s", what, mean, a, c, interval))
end
worth("ars-lingo", "ars-none", "Lingo's prompt")
worth("ars-own", "ars-none", "the task's own prompt")
worth("ars-lingo", "ars-wrong", "the right words instead of wrong ones")
worth("ars-lingo", "head-lingo", "adapters with sampled ranks")
