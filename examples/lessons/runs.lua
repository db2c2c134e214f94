-- What the lessons gue.lua and transfer.lua share: options, floors, variants, minutes turned into steps, runs that are
-- kept and gone on with, and the table at the end. A lesson loads it by dofile and says which variants it compares.
local runs = {}
io.stdout:setvbuf("line")  -- a log is up to date while the lesson runs

-- Variants by name. weight: share of the time; kind: how build makes it; members: so many from other seeds, whose mean
-- is what counts; tune: options of train besides the common ones; aligned: the embedder is first aligned with text.
runs.variants = {
  cnn = {weight = 4, kind = "cnn", says = "the convolutional network alone"},
  ["cnn-floor"] = {weight = 4, kind = "cnn", from_floor = true, says = "the network, started from the linear model"},
  ["cnn-ensemble"] = {weight = 8, kind = "cnn", members = 3, says = "the mean of three of them, from other seeds"},
  ["cnn-strands"] = {weight = 4, kind = "cnn", strand_mean = true, says = "both strands through it, in training too"},
  ["l2g"] = {weight = 2, kind = "l2g", says = "embedder and language model, fine-tuned as a whole"},
  ["l2g-aligned"] = {weight = 3, kind = "l2g", aligned = true, says = "the same behind an alignment with text"},
  ["l2g-random"] = {weight = 2, kind = "l2g", random = true, says = "a body that starts from random weights"},
  ["l2g-frozen"] = {weight = 2, kind = "l2g", tune = {tune = "frozen"}, says = "the body stays as it is"},
  ["l2g-head"] = {weight = 1, kind = "l2g", tune = {tune = "head"}, says = "only the head learns"},
  ["l2g-top"] = {weight = 2, kind = "l2g", tune = {tune = "top", layers = 2}, says = "the body's last two blocks learn"},
  ["l2g-lora"] = {weight = 2, kind = "l2g", tune = {tune = "lora"}, says = "LoRA of rank 8 in the body"},
  ["l2g-svd-lora"] = {weight = 2, kind = "l2g", tune = {tune = "svd_lora"}, says = "SVD-LoRA of rank 8 in the body"},
  ["l2g-adalora"] = {weight = 2, kind = "l2g", tune = {tune = "adalora"}, says = "SVD-LoRA, 12 ranks pruned to 8"},
}

local function sorted_names()
  local names = {}
  for name in pairs(runs.variants) do names[#names + 1] = name end
  table.sort(names)
  return table.concat(names, ", ")
end

-- Options of the command line: those in `numbers` are numbers, those in `texts` texts; anything else is the folder.
function runs.options(usage, defaults, numbers, texts)
  local options, dir, i = defaults, nil, 1
  local function among(list, name)
    for word in list:gmatch("%S+") do
      if word == name then return true end
    end
    return false
  end
  while i <= #arg do
    local name = arg[i]:match("^%-%-([%a%-]+)$")
    if name and among(numbers, name) then
      options[name] = tonumber(arg[i + 1]) or error("--" .. name .. " needs a number, got " .. tostring(arg[i + 1]), 0)
      i = i + 2
    elseif name and among(texts, name) then
      options[name] = arg[i + 1] or error("--" .. name .. " needs a value", 0)
      i = i + 2
    elseif name then
      local there = {}
      for word in (numbers .. " " .. texts):gmatch("%S+") do there[#there + 1] = "--" .. word end
      error("unknown option --" .. name .. "; there are " .. table.concat(there, ", "), 0)
    else
      dir = arg[i]
      i = i + 1
    end
  end
  if not dir then error("usage: " .. usage, 0) end
  return options, dir:gsub("/+$", "")
end

function runs.read_lines(path)
  local lines, f = {}, io.open(path)
  if f then
    for line in f:lines() do lines[#lines + 1] = line end
    f:close()
  end
  return lines
end

local function write_line(path, line, mode)
  local f = assert(io.open(path, mode))
  f:write(line, "\n")
  f:close()
end

-- Published values of the task of an evaluation in lines of text, the highest first: in MCC, where there is none as the
-- area under the ROC curve.
local function published_lines(test)
  local by_metric = {mcc = {}, auc = {}}
  for _, p in ipairs(test.published) do
    if by_metric[p.metric] then table.insert(by_metric[p.metric], p) end
  end
  local best, lines = #by_metric.mcc > 0 and by_metric.mcc or by_metric.auc, {}
  table.sort(best, function(x, y) return x.value > y.value end)
  for i = 1, math.min(#best, 6) do
    local p = best[i]
    lines[i] = string.format("  %-16s %-22s %s %.3f  %s (%s)", p.model, p.method, p.metric:upper(), p.value, p.source,
                             p.protocol)
  end
  return lines
end

local function number(x)
  if not x or x ~= x then return "null" end
  return string.format("%.4f", x)
end

-- Everything else: a lesson with these variants on the folder `dir`. options: seeds, minutes, steps, out, text,
-- variants, body_rate; here: the folder of the lessons; language_model: what build takes; tokens: that the body reads at most; select: how many variants
-- go beyond the first seed, those with the best dev MCC on it (all of them where it is not given).
function runs.compare(dir, options)
  local began = os.time()
  local task = dir:match("([^/]+/[^/]+)$") or dir
  local out = options.out or (options.lesson .. "-" .. task:gsub("/", "-"))
  os.execute("mkdir -p '" .. out .. "'")

  -- The data and the floors.
  local s = load(dir)
  print(leakage(s))
  local b = baseline(s)
  print(b)

  local variants, total, heaviest, aligned = {}, 0, 0, false
  for v in options.variants:gmatch("[^,]+") do
    local known = runs.variants[v] or error("there is no variant " .. v .. "; there are " .. sorted_names(), 0)
    variants[#variants + 1] = v
    total, heaviest = total + known.weight, math.max(heaviest, known.weight)
    aligned = aligned or known.aligned
  end
  local selected = math.min(options.select or #variants, #variants)
  if selected < 1 then error("--select must be at least 1", 0) end
  -- Passes over all variants that fit in the time: the first seed, and the selected ones with the others. Those may be
  -- the variants with the largest shares.
  local passes = 1 + (options.seeds - 1) * math.min(1, selected * heaviest / total)
  local t = aligned and text(options.text, {language_model = options.language_model})

  -- Rows of a step: pooled networks learn in fewer epochs from small batches, language models still more so.
  local function batch_of(variant)
    if options.batch then return options.batch end
    if runs.variants[variant].kind == "l2g" then return 16 end
    return b.keep_positions and 128 or 64
  end
  -- timed: it is for step_seconds alone, which the first weights do not change.
  local function new_model(variant, seed, timed)
    local v = runs.variants[variant]
    local o = {kind = v.kind, baseline = b, seed = seed, name = variant, strand_mean = v.strand_mean}
    -- A language model has few steps: what a linear model sees is not to be learnt in them.
    o.from_floor = not timed and (v.kind == "l2g" or v.from_floor)
    o.dropout = v.kind == "cnn" and 0.2 or 0.1
    if v.kind == "l2g" then
      o.language_model, o.tokens = options.language_model, options.tokens
      if v.random then
        if options.language_model then o.random_body = true else o.language_model = "random" end
      end
    end
    return build(s, o)
  end
  local function tuned(variant, o)
    for k, x in pairs(runs.variants[variant].tune or {}) do o[k] = x end
    return o
  end

  -- Validations of a training of so many steps. One takes a pass over 8 (cnn: 32) training batches for the statistics of
  -- the norms and over the dev rows, and a pass forward is a third of a step: together at most 40 % of the time.
  local strands = b.both_strands and 2 or 1
  local function one_validation(variant)
    local batch = batch_of(variant)
    local statistics = math.min(runs.variants[variant].kind == "l2g" and 8 or 32, s.train.rows / batch)
    return (statistics + strands * s.dev.rows / batch) / 3
  end
  local function validations(variant, steps)
    return math.max(3, math.min(16, math.floor(0.67 * steps / one_validation(variant))))
  end

  -- Minutes to steps, once: the plan is kept, so that a call that goes on does the same.
  local plan_file = out .. "/plan.txt"
  local plan = {}
  local chosen = options.steps or runs.read_lines(plan_file)[1]
  if chosen then
    for name, n in chosen:gmatch("([%w%-]+)=(%d+)") do plan[name] = tonumber(n) end
    for _, v in ipairs(variants) do
      if not plan[v] then
        error((options.steps and "--steps" or plan_file) .. " has no number for " .. v .. "; it looks like cnn=300,l2g=200", 0)
      end
    end
  else
    local seconds = 60 * options.minutes - (os.time() - began) - 5
    if seconds < 10 then error("--minutes is over before training begins: the floors alone took that long", 0) end
    -- A tenth is for what no count of steps tells. No variant gets more than 14 epochs; what one does not need goes to
    -- the others.
    local weight, cost = total, {}
    for _, v in ipairs(variants) do
      local step = step_seconds(new_model(v, 1, true), s, tuned(v, {batch = batch_of(v)}))
      cost[v] = step * (runs.variants[v].members or 1)
    end
    local left = 0.9 * (60 * options.minutes - (os.time() - began)) / passes
    local cheap_first = {table.unpack(variants)}
    local function share(v) return runs.variants[v].weight end
    table.sort(cheap_first, function(x, y) return cost[x] / share(x) < cost[y] / share(y) end)
    for _, v in ipairs(cheap_first) do
      -- In steps: what this variant may take, less the evaluation at its end and the validations between.
      local batch = batch_of(v)
      local at_end = strands * (s.dev.rows + s.test.rows) / batch / 3
      local room = left * share(v) / weight / cost[v] - at_end
      local n = math.floor(room)
      while n > 20 and n + validations(v, n) * one_validation(v) > room do n = n - 1 end
      plan[v] = math.max(20, math.min(math.floor(14 * s.train.rows / batch), n))
      local taken = plan[v] + validations(v, plan[v]) * one_validation(v)
      left, weight = left - (taken + at_end) * cost[v], weight - share(v)
    end
    if left < 0 then
      print(string.format("note: 20 steps of each variant are the fewest; they take about %.0f s more than --minutes",
                          -left * passes))
    end
    for _, v in ipairs(variants) do
      print(string.format("%-14s %6.3f s a step, %5d steps (%.1f epochs): %s", v, cost[v], plan[v],
                          plan[v] * batch_of(v) / s.train.rows, runs.variants[v].says))
    end
  end
  local words = {}
  for _, v in ipairs(variants) do words[#words + 1] = v .. "=" .. plan[v] end
  local steps_text = table.concat(words, ",")
  print("steps: --steps " .. steps_text)
  write_line(plan_file, steps_text, "w")

  -- A training of one network. Returns it with what align and train said.
  local function trained(variant, seed, checkpoint)
    local m = new_model(variant, seed)
    local steps, batch = plan[variant], batch_of(variant)
    local mmd = {}
    if runs.variants[variant].aligned then
      local first = math.floor(steps * 0.4)
      mmd = align(m, s, {text = t, steps = first, batch = batch, seed = seed, shift = b.shift,
                         checkpoint = checkpoint .. ".align"})
      steps = steps - first
    end
    local r = train(m, s, tuned(variant, {steps = steps, batch = batch, seed = seed, shift = b.shift,
                                          body_rate = runs.variants[variant].kind == "l2g" and options.body_rate or nil,
                                          warm_up = math.floor(math.min(steps / 10, 0.5 * s.train.rows / batch)),
                                          checkpoint = checkpoint .. ".train",
                                          validate_every = math.ceil(steps / validations(variant, steps))}))
    return m, r.trained, mmd
  end
  local function forget(checkpoint)
    for _, stage in ipairs({".align", ".train"}) do
      os.remove(checkpoint .. stage)
      os.remove(checkpoint .. stage .. ".previous")
    end
  end
  local function is_file(path)
    local f = io.open(path)
    if f then f:close() end
    return f ~= nil
  end
  -- The mean of several. Each is kept until all are there; the first one is the network alone, where that was trained.
  local function trained_members(variant, seed, checkpoint)
    local members, files = {}, {}
    local alone = string.format("%s/cnn-%d.l2g", out, seed)
    for i = 1, runs.variants[variant].members do
      files[i] = string.format("%s.member-%d", checkpoint, i)
      if i == 1 and plan.cnn == plan[variant] and is_file(alone) then
        members[i] = load(alone)
      elseif is_file(files[i] .. ".l2g") then
        members[i] = load(files[i] .. ".l2g")
      else
        members[i] = trained(variant, seed + 1000 * (i - 1), files[i])
        save(members[i], files[i] .. ".l2g")
        forget(files[i])
      end
    end
    local m = ensemble(members, {name = variant})
    return m, m.parameters, {}, members[1].history, files
  end

  -- One variant with one seed.
  local function run(variant, seed)
    local start = os.time()
    local checkpoint = string.format("%s/%s-%d", out, variant, seed)
    local train_it = runs.variants[variant].members and trained_members or trained
    local m, count, mmd, history, files = train_it(variant, seed, checkpoint)
    local dev = evaluate(m, s, {split = "dev", resamples = 10})
    local test = evaluate(m, s, {split = "test", baseline = b})
    print(test)
    write_line(out .. "/published.txt", table.concat(published_lines(test), "\n"), "w")
    local floors = b.models
    local line = string.format(
        '{"task":"%s","variant":"%s","seed":%d,"protocol":"honest","steps":%d,"trained":%d,"dev_mcc":%s,' ..
        '"test_mcc":%s,"lo":%s,"hi":%s,"gc_mcc":%s,"kmer_mcc":%s,"pos_mcc":%s,"joint_mcc":%s,"floor":%s,' ..
        '"mmd_before":%s,"mmd_after":%s,"seconds":%d}',
        task, variant, seed, plan[variant], count, number(dev.mcc), number(test.mcc), number(test.lo),
        number(test.hi), number(floors.gc and floors.gc.test_mcc), number(floors.kmer5.test_mcc),
        number(floors.pos3.test_mcc), number(floors.joint.test_mcc), number(b.test_mcc), number(mmd.mmd_before),
        number(mmd.mmd_after), os.time() - start)
    local curve = {}
    for _, h in ipairs(history or m.history) do
      curve[#curve + 1] = string.format("[%d,%s,%s,%s]", h.step, number(h.train_loss), number(h.dev_loss),
                                        number(h.dev_mcc))
    end
    write_line(out .. "/curves.jsonl",
               string.format('{"variant":"%s","seed":%d,"columns":["step","train_loss","dev_loss","dev_mcc"],"rows":[%s]}',
                             variant, seed, table.concat(curve, ",")), "a")
    if options.keep_models then save(m, checkpoint .. ".l2g") end
    write_line(out .. "/results.jsonl", line, "a")
    forget(checkpoint)
    for _, file in ipairs(files or {}) do os.remove(file .. ".l2g") end
    return line
  end

  local results, done = {}, {}
  local function remember(line)
    local variant, seed = line:match('"variant":"([^"]+)"'), tonumber(line:match('"seed":(%d+)'))
    local function value(name) return tonumber(line:match('"' .. name .. '":([%-%d%.]+)')) end
    results[variant] = results[variant] or {}
    results[variant][seed] = {dev = value("dev_mcc"), test = value("test_mcc"), lo = value("lo"), hi = value("hi"),
                              trained = value("trained"), seconds = value("seconds")}
    done[variant .. seed] = line
  end
  for _, line in ipairs(runs.read_lines(out .. "/results.jsonl")) do remember(line) end
  local going = variants
  for seed = 1, options.seeds do
    for _, variant in ipairs(going) do
      if not done[variant .. seed] then remember(run(variant, seed)) end
      print(done[variant .. seed])
    end
    if seed == 1 and selected < #variants then
      local by_dev = {table.unpack(variants)}
      table.sort(by_dev, function(x, y) return results[x][1].dev > results[y][1].dev end)
      going = {table.unpack(by_dev, 1, selected)}
      print("best on dev with the first seed, so trained with the others too: " .. table.concat(going, ", "))
    end
  end

  -- The table: means over the seeds, the variant that dev prefers, and what it says.
  print("")
  print(string.format("%-14s %5s %10s %10s %20s %12s %9s", task, "seeds", "dev MCC", "test MCC", "mean 95 % interval",
                      "trained", "seconds"))
  for _, f in ipairs({"gc", "kmer5", "pos3", "joint"}) do
    local floor = b.models[f]
    if floor then
      print(string.format("%-14s %5s %10.3f %10.3f%s", f, "", floor.dev_mcc, floor.test_mcc,
                          f == b.floor and "  <- floor (best on dev)" or ""))
    end
  end
  local best
  for _, v in ipairs(variants) do
    local r, n = {dev = 0, test = 0, lo = 0, hi = 0, trained = 0, seconds = 0}, 0
    for seed = 1, options.seeds do
      if results[v][seed] then
        for k in pairs(r) do r[k] = r[k] + (results[v][seed][k] or 0) end
        n = n + 1
      end
    end
    for k in pairs(r) do r[k] = r[k] / n end
    results[v].mean = r
    if n == options.seeds and (not best or r.dev > results[best].mean.dev) then best = v end
    print(string.format("%-14s %5d %10.3f %10.3f       [%.3f, %.3f] %12d %9.0f", v, n, r.dev, r.test, r.lo, r.hi,
                        math.floor(r.trained + 0.5), r.seconds))
  end
  local published = table.concat(runs.read_lines(out .. "/published.txt"), "\n")
  if published ~= "" then print("published, by other protocols:\n" .. published) end
  local mean = results[best].mean
  print(string.format("dev prefers %s: test MCC %.3f against the floor's %.3f (%+.3f, half-width of its interval %.3f)",
                      best, mean.test, b.test_mcc, mean.test - b.test_mcc, (mean.hi - mean.lo) / 2))
  local function compare(a, c, what)
    local d, n = 0, 0
    for seed = 1, options.seeds do
      if results[a] and results[c] and results[a][seed] and results[c][seed] then
        d, n = d + results[a][seed].test - results[c][seed].test, n + 1
      end
    end
    if n == 0 then return end
    print(string.format("%s: %+.3f test MCC (%s against %s, %d seed%s)%s", what, d / n, a, c, n, n == 1 and "" or "s",
                        d / n < 0.01 and "; it does not help here" or ""))
  end
  compare("l2g", results["cnn-floor"] and "cnn-floor" or "cnn", "the language model")
  compare("l2g", "l2g-random", "its pre-training")
  compare("l2g-aligned", "l2g", "aligning with text")
  compare("l2g", "l2g-frozen", "tuning the language model")
  compare("l2g-frozen", "l2g-head", "training the embedder")
  compare("l2g-lora", "l2g", "LoRA in the place of full tuning")
  compare("l2g-svd-lora", "l2g-lora", "the SVD form of LoRA")
  compare("cnn-strands", "cnn", "both strands in training")
  compare("cnn-ensemble", "cnn", "the mean of several")

  local means = {}
  for _, v in ipairs(variants) do means[v] = results[v].mean end
  dofile(options.here .. "/run_pictures.lua")(out, task, runs.read_lines(out .. "/curves.jsonl"), variants, means,
                                              b.test_mcc)
  return results
end

return runs
