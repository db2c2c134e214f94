-- What does a language model forget when it learns something else? About a minute:
--   l2g run examples/lessons/forgetting.lua [STEPS]
-- Each step says what it is about, shows the lines that can be typed at the prompt as they stand, and runs them.
local here = (arg[0] or ""):match("^(.*)/") or "."
local say = dofile(here .. "/say.lua")
steps = tonumber(arg[1] or 100)

-- Herman Melville, Moby-Dick (1851), in the public domain: the beginning.
moby_dick = [[
Call me Ishmael. Some years ago, never mind how long precisely, having little or no money in my purse, and nothing
particular to interest me on shore, I thought I would sail about a little and see the watery part of the world. It
is a way I have of driving off the spleen and regulating the circulation. Whenever I find myself growing grim about
the mouth; whenever it is a damp, drizzly November in my soul; whenever I find myself involuntarily pausing before
coffin warehouses, and bringing up the rear of every funeral I meet; and especially whenever my hypos get such an
upper hand of me, that it requires a strong moral principle to prevent me from deliberately stepping into the
street, and methodically knocking people's hats off, then, I account it high time to get to sea as soon as I can.
This is my substitute for pistol and ball. With a philosophical flourish Cato throws himself upon his sword; I
quietly take to the ship. There is nothing surprising in this. If they but knew it, almost all men in their degree,
some time or other, cherish very nearly the same feelings towards the ocean with me.
]]

say(4, [[1. What it can do before. small-opt foretells English; the loss is measured on a text that it has never read,
the beginning of Moby-Dick, in bits a token: a vocabulary of 1024 words would cost 10 bits by guessing.]])
lm = load "small-opt"
function bits(model) return perplexity(model, moby_dick).bits end
before = bits(lm)
print(string.format("before: %.3f bits a token", before))

say(6, [[2. What it shall learn: is there a TATA box in this DNA? `fresh` makes the same classifier on top of the
model each time.]])
tata = {promoter = {{motif = "TATA", position = 20, spread = 4}}, background = {}}
d = simulate{rows = 300, length = 60, motifs = {TATA = "TATAWAW"}, classes = tata}
s = split(d, {dev = 0.25, test = 0.25})
common = {kind = "lm", language_model = lm, pooling = "mean", seed = 1}
function fresh() return build(s, common) end
function dev(model) return evaluate(model, s, {split = "dev", resamples = 100}).mcc end

-- What the trainings have in common.
function options(of)
  local o = {steps = steps, batch = 16, warm_up = steps // 10, validate_every = math.max(1, steps // 4), seed = 1}
  for k, v in pairs(of) do o[k] = v end
  return o
end

-- What was learnt, and what it cost.
function say_both(name, mcc, english)
  print(string.format("%s: dev MCC %.3f; English %.3f bits a token (%+.3f)", name, mcc, english, english - before))
end

say(4, [[3. Full tuning: every number may change. Then the language model inside of the classifier foretells the same
text (perplexity asks it; language_model(full) is the model itself). It learnt DNA, and paid in English.]])
full = fresh()
train(full, s, options{tune = "all", rate = 2e-3, body_rate = 1e-3})
after_full = bits(full)
say_both("full", dev(full), after_full)

say(4, [[4. Slower, with a fifth of the rate in the body: it forgets next to nothing, and learnt nearly as much. How one
tunes counts as much as what.]])
slow = fresh()
train(slow, s, options{tune = "all", rate = 2e-3, body_rate = 2e-4})
after_slow = bits(slow)
say_both("slow", dev(slow), after_slow)

say(4, [[5. LoRA: the weights stay, small detours beside them learn. While the adapter is on, the model is another
one, and its English suffers as well. "LoRA forgets less" is a matter of how far it went, not a law: compare with the
slow tuning.]])
lora = fresh()
train(lora, s, options{tune = "lora", rank = 8, rate = 3e-3})
after_lora = bits(lora)
say_both("lora", dev(lora), after_lora)

say(2, [[6. How far did the weights go? drift compares each layer with what it was: the norm of the change over the
norm before.]])
print(drift(full, fresh()))
print(drift(lora, fresh()))

say(4, [[7. The law is this one: take the adapter off, and the model is what it was. Not nearly: every table of
numbers is the same to the last bit, so is the loss. Full tuning has no such way back, unless one keeps a second copy
of everything.]])
adapter = use(lora, nil)
print("tables that differ from the start: lora", drift(lora, fresh()).different)
print("tables that differ from the start: full", drift(full, fresh()).different)
print(bits(lora) == before)

say(3, [[8. And on again: the task is back, as good as it was. One body, an adapter for each task, kilobytes each.]])
use(lora, adapter)
print(adapter)
print(string.format("dev MCC %.3f", dev(lora)))

print [[

Exercise.
  - Half the steps, twice the steps: l2g run examples/lessons/forgetting.lua 50, and 200. Draw dev MCC against the bits
    that English lost, for full, slow and lora. Does one of them lie above the others?
  - rank = 1: does it forget less, and what does it cost?
  - The remedy that is older than adapters: after the full tuning, show the model some English again,
    english = language_model(full), pretrain(english, "examples/text/alice_chapters_1_2.txt", {steps = 50}).
    How much of Moby-Dick comes back, bits(english)?]]
