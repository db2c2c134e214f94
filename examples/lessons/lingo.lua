-- Lingo (Zhan, Wu and Zhang 2024) from end to end with what comes with the program: a frozen causal language model reads
-- DNA between words, SVD-LoRA adapters whose ranks are sampled are trained with a head on the last token.
--
--   l2g run examples/lessons/lingo.lua DIR [--preset honest] [--seeds 3] [--minutes 15] [--steps LIST] [--out FOLDER]
--          [--model small-opt] [--variants head,ars] [--prompts none,lingo,own,wrong] [--task NAME]
--
-- DIR holds train, dev and test files with the columns sequence and label. First come the floors: linear models of GC
-- content and k-mers. Then each variant of tuning with Lingo's prompt (head: nothing but the head is trained; also lora,
-- adalora, all), then Lingo itself, ars, with several prompts: none, Lingo's, the task's own, a wrong one. What a prompt
-- is worth is told by prompt_worth, each seed against itself. For each run one JSON line is printed; a table closes.
-- Whatever is finished is kept in FOLDER: an interrupted call goes on there.
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

-- What is run: variants with Lingo's prompt; ars with each prompt.
local runs, asked = {}, {}
for p in options.prompts:gmatch("[^,]+") do asked[#asked + 1] = p end
for v in options.variants:gmatch("[^,]+") do
  if not tune_of[v] then error("there is no variant " .. v .. "; there are head, lora, adalora, ars, all", 0) end
  if v == "ars" and not options.prompts:find("lingo") then asked[#asked + 1] = "lingo" end
  if v ~= "ars" then runs[#runs + 1] = {variant = v, trainings = 1} end
end
if #asked > 0 then runs[#runs + 1] = {variant = "ars", trainings = #asked} end

local function new_model(run, seed)
  local p = prompts.lingo
  return build(s, {kind = "lm", language_model = lm, pooling = "last", head = settings.build.head, prefix = p.prefix,
                   suffix = p.suffix, max_tokens = settings.build.max_tokens, seed = seed, name = run.variant})
end

-- Validations of a training of so many steps: of honest, together at most 40 % of the time. A pass forward is a third of
-- a step, and nearly all of it where only the head is trained.
local batch = settings.train.batch
local function one_validation(run) return s.dev.rows / batch * (run.variant == "head" and 0.9 or 0.33) end
local function validations(run, steps) return math.max(3, math.min(16, math.floor(0.67 * steps / one_validation(run)))) end
local function validate_every(run, steps)
  return options.preset == "honest" and math.ceil(steps / validations(run, steps)) or nil
end

-- The options of a training: those of the preset, without the ones that a variant does not know.
local about_ranks = {target_rank = true, tinit = true, tfinal = true, delta_t = true, beta1 = true, beta2 = true,
                     p = true, orthogonality = true, final_mask = true, lambda_deviation = true}
local about_adapters = {rank = true, alpha = true, dropout = true, targets = true, target_rule = true}
local function training(run, steps, seed)
  local o = {}
  for k, v in pairs(lingo(published, {preset = options.preset, steps = steps}).train) do
    if not (about_ranks[k] or about_adapters[k]) or (run.variant == "lora" and about_adapters[k]) then o[k] = v end
  end
  if run.variant == "adalora" then
    for k in pairs(about_adapters) do o[k] = settings.train[k] end
    o.target_rank, o.tinit, o.tfinal = settings.train.target_rank, steps // 10, steps // 4
  end
  o.validate_every = validate_every(run, steps) or o.validate_every
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
    if not plan[r.variant] then error("--steps has no number for " .. r.variant .. "; it looks like head=300,ars=300", 0) end
  end
else
  local most, trainings = settings.train.steps, 0
  for _, r in ipairs(runs) do trainings = trainings + r.trainings end
  local seconds = options.minutes and 60 * options.minutes - (os.time() - began) - 5
  if seconds and seconds < 10 then error("--minutes is over before training begins: the floors took that long", 0) end
  for _, r in ipairs(runs) do
    plan[r.variant] = most
    if seconds then
      -- In steps: what a run may take, a tenth kept for what is not counted, less the evaluation at its end.
      local cost = step_seconds(new_model(r, 1), s, {batch = batch, tune = tune_of[r.variant]})
      local room = 0.9 * seconds / options.seeds / trainings / cost - one_validation(r) * (1 + s.test.rows / s.dev.rows)
      local n = math.floor(room)
      while n > 40 and n + validations(r, n) * one_validation(r) > room do n = n - 1 end
      plan[r.variant] = math.max(40, math.min(most, n))
      print(string.format("%-12s %6.3f s a step, %d steps (%.1f epochs)", r.variant, cost, plan[r.variant],
                          plan[r.variant] * batch / s.train.rows))
    end
  end
end
local words = {}
for _, r in ipairs(runs) do words[#words + 1] = r.variant .. "=" .. plan[r.variant] end
local steps_text = table.concat(words, ",")
print("steps: --steps " .. steps_text)
do
  local f = assert(io.open(plan_file, "w"))
  f:write(steps_text, "\n")
  f:close()
end

-- The results, a JSON line each; a line that is there is not run again.
local results, done = {}, {}
local function remember(line)
  local name = line:match('"variant":"([^"]+)"') .. "-" .. line:match('"prompt":"([^"]+)"')
  local seed = tonumber(line:match('"seed":(%d+)'))
  results[name] = results[name] or {}
  results[name][seed] = {dev = tonumber(line:match('"dev_mcc":([%-%d%.]+)')),
                         test = tonumber(line:match('"test_mcc":([%-%d%.]+)'))}
  done[name .. seed] = line
end
for _, line in ipairs(lessons.read_lines(out .. "/results.jsonl")) do remember(line) end
local function report(variant, prompt, seed, dev, test)
  local name = variant .. "-" .. prompt
  if not done[name .. seed] then
    local line = string.format(
        '{"task":"%s","variant":"%s","prompt":"%s","seed":%d,"protocol":"%s","steps":%d,"dev_mcc":%.4f,' ..
        '"test_mcc":%.4f,"floor":%.4f}',
        task, variant, prompt, seed, settings.preset, plan[variant], dev, test, floor)
    remember(line)
    local f = assert(io.open(out .. "/results.jsonl", "a"))
    f:write(line, "\n")
    f:close()
  end
  print(done[name .. seed])
end

-- One variant with one seed.
local function train_one(run, seed)
  local m = new_model(run, seed)
  local checkpoint = string.format("%s/%s-%d", out, run.variant, seed)
  local o = training(run, plan[run.variant], seed)
  o.checkpoint = checkpoint .. ".train"
  train(m, s, o)
  local test = evaluate(m, s, {split = "test", baseline = b})
  print(test)
  report(run.variant, "lingo", seed, evaluate(m, s, {split = "dev", resamples = 10}).mcc, test.mcc)
  save(m, checkpoint .. ".l2g")
  os.remove(checkpoint .. ".train")
  os.remove(checkpoint .. ".train.previous")
end

local names, worth = {}, nil
for _, r in ipairs(runs) do
  if r.variant == "ars" then
    worth = prompt_worth(s, {language_model = lm, task = published, preset = options.preset, steps = plan.ars,
                             seeds = options.seeds, prompts = asked, folder = out .. "/ars", build = {pooling = "last"},
                             train = {validate_every = validate_every(r, plan.ars) or settings.train.validate_every}})
    for _, p in ipairs(asked) do
      for seed, test in ipairs(worth.scores[p] or {}) do report("ars", p, seed, worth.dev[p][seed], test) end
      if worth.scores[p] then names[#names + 1] = "ars-" .. p end  -- the same words are not run twice
    end
  else
    for seed = 1, options.seeds do
      if done[r.variant .. "-lingo" .. seed] then
        print(done[r.variant .. "-lingo" .. seed])
      else
        train_one(r, seed)
      end
    end
    names[#names + 1] = r.variant .. "-lingo"
  end
end

-- The table: means over the seeds, the variant that dev prefers, the worth of the words.
print("")
print(string.format("%-20s %10s %10s %14s", task, "dev MCC", "test MCC", "sd over seeds"))
for _, f in ipairs({"gc", "kmer5", "pos3", "joint"}) do
  if floors[f] then
    local mark = f == b.floor and "  <- floor (best on dev)" or ""
    print(string.format("%-20s %10.3f %10.3f%s", f, floors[f].dev_mcc, floors[f].test_mcc, mark))
  end
end
local best
for _, name in ipairs(names) do
  local dev, test, squares, n = 0, 0, 0, options.seeds
  for seed = 1, n do dev, test = dev + results[name][seed].dev / n, test + results[name][seed].test / n end
  for seed = 1, n do squares = squares + (results[name][seed].test - test) ^ 2 end
  if not best or dev > best.dev then best = {name = name, dev = dev, test = test} end
  print(string.format("%-20s %10.3f %10.3f %14s", name, dev, test,
                      n > 1 and string.format("%.3f", math.sqrt(squares / (n - 1))) or ""))
end
print(string.format("dev prefers %s: test MCC %.3f against the floor's %.3f (%+.3f)", best.name, best.test, floor,
                    best.test - floor))
if worth then print(worth) end
if results["head-lingo"] and results["ars-lingo"] then
  local by_seed = {}
  for seed = 1, options.seeds do
    by_seed[seed] = string.format("%+.3f", results["ars-lingo"][seed].test - results["head-lingo"][seed].test)
  end
  print("adapters with sampled ranks against the head alone, test MCC by seed: " .. table.concat(by_seed, " "))
end
