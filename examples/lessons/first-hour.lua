-- A first hour with the shell, in a minute: l2g run examples/lessons/first-hour.lua
-- Each step says what it is about, shows the lines that can be typed at the prompt as they stand, and runs them.

local source = {}
for line in io.lines(arg[0]) do source[#source + 1] = line end

-- Prints a text, then the `count` lines of this file behind the call.
local function say(count, text)
  print("\n" .. text)
  local here = debug.getinfo(2, "l").currentline
  while not source[here]:find("]])", 1, true) do here = here + 1 end
  for i = here + 1, here + count do print("  l2g> " .. source[i]) end
end

say(2, [[1. Data. simulate makes sequences of DNA. Most of class promoter hold a TATA box near base 40 and an initiator
behind it; background is random. d.sites says where each motif was planted: of real data that is never known.]])
d = simulate{rows = 600}
print(d, d.sites[1])

say(2, [[2. Parts. A model learns from train, we choose by dev, and test is looked at once, at the end. A sequence that
stands in two parts would make the score too good; leakage looks for that.]])
s = split(d, {dev = 0.15, test = 0.25})
print(leakage(s))

say(2, [[3. Floors. Before any network: what do linear models reach? gc sees the share of G and C, kmer5 counts words of
five letters, pos3 sees which three letters stand where, joint sees both. MCC is 1 for a perfect prediction and 0 for a
guess. The advice below the table is about the network that comes next.]])
b = baseline(s)
print(b)

say(4, [[4. A network that keeps positions. Its first layer is a row of windows that slide along the sequence; flatten
puts what they found side by side, so that the last layer knows where it was.]])
layers = {nn.conv1d{24, kernel = 11}, nn.relu(), nn.max_pool{4}, nn.flatten(), nn.linear(2)}
kept = build(s, {name = "kept", layers = layers})
train(kept, s, {epochs = 8, batch = 32, rate = 3e-3})
plot(kept)

say(3, [[5. The same network, but positions are pooled away: it sees that a motif is there, and no longer where.]])
layers = {nn.conv1d{24, kernel = 11}, nn.relu(), nn.global_max_pool(), nn.linear(2)}
pooled = build(s, {name = "pooled", layers = layers})
train(pooled, s, {epochs = 8, batch = 32, rate = 3e-3})

say(3, [[6. Which one is better? We ask dev, as often as we like.]])
dev_kept = evaluate(kept, s, {split = "dev"}).mcc
dev_pooled = evaluate(pooled, s, {split = "dev"}).mcc
print(string.format("kept %.3f, pooled %.3f", dev_kept, dev_pooled))

say(3, [[7. The test rows, once. The interval says how far the score could be off, had other rows been drawn; the floors
stand beside it. A network that does not pass its floor has learned nothing that a table of counts does not know.]])
best = dev_kept >= dev_pooled and kept or pooled
e = evaluate(best, s, {baseline = b})
print(e)

say(2, [[8. What does it get wrong? Rows are what a sequence is, columns what the model says.]])
plot(e, {chart = "confusion"})
plot(e, {chart = "roc"})

say(1, [[9. Does the network pass its floor? If not, that is a result too: the task is an easy one for counts, or there are
too few rows for a network.]])
print(string.format("network %.3f, floor (%s) %.3f", e.mcc, b.floor, b.test_mcc))

print [[

Things to try at the prompt, which is what l2g shows without arguments:
  - simulate{information = 0.7}: blurred motifs. Who loses more, the floors or the network?
  - train fewer rows: split(d, {train = 0.1, dev = 0.2, test = 0.7}). Who needs more data?
  - build(s, {kind = "l2g", baseline = b}): the same task on top of a language model; text, align and train it.
  - load "your.csv" with columns sequence and label: everything above works on it.
  - help shows all names; train? shows one of them.]]
