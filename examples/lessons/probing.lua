-- Probing: what does a language model know about DNA, and in which layer? Ten seconds to a minute:
--   l2g run examples/lessons/probing.lua
-- Each step says what it is about, shows the lines that can be typed at the prompt as they stand, and runs them.
local here = (arg[0] or ""):match("^(.*)/") or "."
local say = dofile(here .. "/say.lua")

say(5, [[1. A task whose answer is known: half of the rows of 60 bases hold a TATA box near base 20, the others do
not. The floors first: what do linear models reach that look at the bases themselves?]])
tata = {promoter = {{motif = "TATA", position = 20, spread = 4}}, background = {}}
d = simulate{rows = 300, length = 60, motifs = {TATA = "TATAWAW"}, classes = tata}
s = split(d, {dev = 0.25, test = 0.25})
b = baseline(s)
print(b)

say(2, [[2. small-opt has read Shakespeare, Austen and Carroll, never a line of DNA. It has 4 blocks; layer 0 is what
goes into the first one (words and positions), layer 4 what comes out of the last.]])
lm = load "small-opt"
print(lm)

say(3, [[3. A probe: the model stays as it is, the states of one layer are averaged over the positions of a row, and a
logistic regression is fitted to these 128 numbers. It can only read what lies in them openly. One probe a layer; the
layer and the strength of regularisation, C, are chosen on dev. The column "shuffled" is the control: the same probe,
trained on labels in random order. There is nothing to read for it.]])
p = probe(lm, s)
print(p)
plot(p)

say(4, [[4. Why are controls not 0? One shuffle of 300 labels can by chance lean to rows rich in A and T, or away from
them; then the probe learns that, and on dev it counts, for or against. All layers share the shuffle, so they lean
together. Other shuffles, by other seeds, show how wide nothing is: a difference between two layers that is smaller
than this is no result.]])
for seed = 1, 5 do
  control = probe(lm, s, {seed = seed}).control_mcc
  print(seed, string.format(string.rep("%7.2f", 5), table.unpack(control)))
end

say(2, [[5. What do we see? Layer 0 averages tokens without their order, so that it knows little more than the share
of each base: compare it with gc. From layer 1 on a token has looked at the ones before it, and words appear. More
layers do not help here: a model that was trained to foretell English spends its last layers on that. "Take the last
layer" is a habit, not a law.]])
print(string.format("layer 0 %.3f, gc %.3f", p.dev_mcc[1], b.models.gc.dev_mcc))
print(string.format("best layer %d %.3f, last layer %.3f", p.best, p.dev_mcc[p.best + 1], p.dev_mcc[#p.dev_mcc]))

say(2, [[6. How a row becomes one vector matters as much. A causal model, which reads from left to right, has seen the
whole row only at its last token, so that is what one usually takes. Here the box lies 40 bases back.]])
last = probe(lm, s, {pooling = "last"})
print(last)

say(1, [[7. And the floor? A probe that stays below a table of 5-mers does not show that the model knows the motif:
the sequence would have told as much without it. Higher than its own control: there is something to read. Higher than
the floor: the model adds something.]])
print(string.format("best probe on test %.3f, floor (%s) on test %.3f", p.test_mcc, b.floor, b.test_mcc))

print [[

Exercise.
  - Is the gap to layer 0 the work of what it read, or of its form? Probe another reader: the byte model,
    lm = load "byte-roberta", has read the same books letter by letter, and both
    sides of each.
  - Blur the motif, simulate{..., information = 0.7}. Which falls faster, the probe or the floor?
  - Give it a prompt: probe(lm, s, {prefix = "Sequence: "}). Is the change more than another split makes, split(d,
    {dev = 0.25, test = 0.25, seed = 2})?]]
