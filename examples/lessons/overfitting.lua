-- Over- and under-fitting: how training goes wrong, and by which curve one sees it. Half a minute:
--   l2g run examples/lessons/overfitting.lua [DIR] [--out FOLDER]
-- DIR holds train, dev and test files of a task of yours; without it the rows are made up. Each step says what it is
-- about, asks for a prediction, shows the lines that can be typed at the prompt, and runs them. Pictures: FOLDER.
local here = (arg[0] or ""):match("^(.*)/") or "."
local say, lesson = dofile(here .. "/say.lua"), dofile(here .. "/lesson.lua")
local options = lesson.arguments "overfitting"
out, tell, some, rows_of, with_train = options.out, lesson.tell, lesson.some, lesson.rows, lesson.with_train
epochs = options.quick and 4 or 100

all = lesson.data(options.dir, function() return split(simulate{rows = 1000}, {dev = 0.2, test = 0.3}) end)
say(2, [[1. Data. Many labelled rows, all, of which the network gets 50 to learn from. with_train puts other training
rows beside the same dev and test rows, at most 1000 of each (it stands in lesson.lua, as do some and rows_of).]])
few = with_train(all, some(rows_of(all.train), 50))
print(few)

local classes = #few.train.classes
local function layers(drop)
  return {nn.conv1d{32, kernel = 11}, nn.relu(), nn.max_pool{4}, nn.dropout{drop}, nn.flatten(), nn.linear(classes)}
end
-- A network with first weights, trained on `data`. Everything that protects from over-fitting is off here (decay,
-- smoothing of the labels, a falling rate), so that it can be seen; `more` holds what a step turns on.
function network(data, more)
  local o = {epochs = epochs, batch = 16, rate = 3e-3, schedule = "constant", decay = 0, smoothing = 0}
  for name, value in pairs(more or {}) do o[name] = value end
  local drop, seed = o.drop or 0, o.seed or 1
  o.drop, o.seed = nil, seed
  local m = build(few, {layers = layers(drop), seed = seed})
  return m, train(m, data, o)
end
function mcc(model, part) return evaluate(model, few, {split = part, resamples = 100}).mcc end

lesson.predict(string.format([[50 rows, each of them shown %d times, and %d weights to adjust. Where does the loss on
train go? Where does the loss on dev go: down with it, flat, or up? A loss of %.2f is that of a guess.]], epochs,
build(few, {layers = layers(0)}).parameters, math.log(classes)))

say(2, [[2. Over-fitting. Every eight steps the losses on train and on dev are taken down; the picture has both.]])
m = network(few, {validate_every = 8})
plot(m, {file = out .. "/overfitting.png"})

local function learning_table(history, every)
  print(string.format("  %6s %7s %9s %11s %9s %8s", "step", "epoch", "rate", "train loss", "dev loss", "dev MCC"))
  for i, h in ipairs(history) do
    if i % every == 1 or every == 1 or i == #history then
      print(string.format("  %6d %7.1f %9.2g %11.3f %9.3f %8.3f", h.step, h.epoch, h.rate, h.train_loss, h.dev_loss,
                          h.dev_mcc))
    end
  end
end
learning_table(m.history, math.max(1, #m.history // 8))

local lowest, last = m.history[1], m.history[#m.history]
for _, h in ipairs(m.history) do
  if h.dev_loss < lowest.dev_loss then lowest = h end
end
if last.dev_loss > 1.02 * lowest.dev_loss and last.train_loss < lowest.train_loss then
  tell([[The loss on train went on falling, to %.4f. The loss on dev was lowest at step %d, %.3f, and rose to %.3f. From
there on the network learnt its 50 rows, and no longer the task.]], last.train_loss, lowest.step, lowest.dev_loss,
       last.dev_loss)
  tell(math.abs(last.dev_mcc - lowest.dev_mcc) < 0.05 and [[That the dev loss rises while the dev MCC hardly moves (%.2f
then, %.2f at the end) is typical: which rows are wrong stays much the same, but the network becomes ever surer of
them.]] or "The dev MCC was %.2f then and is %.2f at the end.", lowest.dev_mcc, last.dev_mcc)
else
  tell([[The loss on dev has not turned around: %.3f at its lowest (step %d), %.3f at the end, with %.4f on train. This
training was too short to over-fit, or the task is so easy that 50 rows tell it all.]], lowest.dev_loss, lowest.step,
       last.dev_loss, last.train_loss)
end

say(3, [[3. The last weights. train keeps the weights that were best on dev, so m hides what became of it. A training
that gets no dev rows keeps its last weights.]])
last_weights = network(few.train)
on_train, on_dev = mcc(last_weights, "train"), mcc(last_weights, "dev")
print(string.format("MCC on train %.3f, on dev %.3f", on_train, on_dev))
tell(on_train - on_dev > 0.2 and "%.2f on rows it has seen, %.2f on rows it has not. The gap is the over-fitting." or
     "%.2f on rows it has seen, %.2f on others: hardly a gap.", on_train, on_dev)

lesson.predict [[The same 50 sequences, but their labels are dealt out by lot: there is nothing to learn. What does the
network reach on train, and on dev?]]

say(6, [[4. The control: labels by lot.]])
labels, noise = some(few.train.labels, 50, 7), {}
for i, row in ipairs(rows_of(few.train)) do noise[i] = {sequence = row.sequence, label = labels[i]} end
by_lot = with_train(few, noise)
memory = network(by_lot.train)
noise_train = evaluate(memory, by_lot, {split = "train", resamples = 100}).mcc
print(string.format("MCC on train %.3f, on dev %.3f", noise_train, mcc(memory, "dev")))
if noise_train > 0.9 then
  tell([[It learnt the lot by heart. So a high score on train proves nothing, not even that there is anything to learn;
a network that can do this to noise will also do it to data.]])
else
  tell("It has not learnt the lot by heart yet (%.2f): more epochs or more weights would.", noise_train)
end

lesson.predict [[Now the opposite. Three trainings of as many steps on 1000 rows: one at a rate of 1e-7, one with a
warm-up, in which the rate rises from 0, longer than the training itself, and a plain one. How low does each get on
train?]]

say(4, [[5. Under-fitting, on many rows. The second one happens: a course on fine-tuning trained for 54 steps, of which
the first 50 were warm-up. Here the warm-up is ten times as long as the training.]])
many = with_train(all, some(rows_of(all.train), 1000))
slow = network(many, {rate = 1e-7, epochs = epochs / 25, validate_every = 25})
warm = network(many, {warm_up = 10 * epochs * #many.train // 400, epochs = epochs / 25, validate_every = 25})
plain = network(many, {epochs = epochs / 25, validate_every = 25})
print(string.format("  %-22s %12s %11s %9s %8s", "", "highest rate", "train loss", "dev loss", "dev MCC"))
for _, r in ipairs{{"rate 1e-7", slow}, {"warm-up without end", warm}, {"plain", plain}} do
  local h = r[2].history[#r[2].history]
  print(string.format("  %-22s %12.2g %11.3f %9.3f %8.3f", r[1], h.rate, h.train_loss, h.dev_loss, h.dev_mcc))
end
local stuck, short = slow.history[#slow.history], warm.history[#warm.history]
local whole = plain.history[#plain.history]
tell([[Under-fitting shows on train already: at 1e-7 the train loss is %.3f, and a guess costs %.3f. The warm-up got as
far as a rate of %.2g and to %.3f, the plain training to %.3f. No dev rows are needed to see this, and no dropout
mends it. So read the train loss first: where it is high, the network has not learnt; where it is low and the dev loss
is not, it has learnt its rows. m.history tells the rate that a training really had.]], stuck.train_loss,
     math.log(classes), short.rate, short.train_loss, whole.train_loss)

lesson.predict [[What helps the network of step 2 most: stopping early, dropout of a half, weight decay, or ten times
as many rows?]]

say(4, [[6. Remedies, each with three seeds, because one seed is one throw of a die.]])
remedies = {{"none", few.train}, {"early stopping", few, {patience = 5, validate_every = 8}},
            {"dropout", few.train, {drop = 0.5}}, {"weight decay", few.train, {decay = 1}},
            {"500 rows", with_train(all, some(rows_of(all.train), 500)).train, {epochs = epochs / 10}},
            {"all rows", all.train, {epochs = epochs * 100 / #all.train}}}
local values, best, none = {}, nil, nil
print(string.format("  %-16s %8s %8s  %s", "", "steps", "dev MCC", "of the seeds"))
for _, r in ipairs(remedies) do
  local scores, trained = {}, nil
  for seed = 1, 3 do
    local o = {seed = seed}
    for name, value in pairs(r[3] or {}) do o[name] = value end
    m, trained = network(r[2], o)
    scores[seed] = mcc(m, "dev")
    if not best or scores[seed] > best.score then best = {name = r[1], score = scores[seed], model = m} end
  end
  r.mean = lesson.mean(scores)
  values[r[1]] = r.mean
  print(string.format("  %-16s %8d %8.3f  %.2f %.2f %.2f", r[1], trained.steps, r.mean, table.unpack(scores)))
end
plot.scores(values, {axis = "dev MCC, mean of 3 seeds", title = "remedies", file = out .. "/remedies.png"})
local judged = evaluate(best.model, few, {split = "dev"})
local gain = {}
for _, r in ipairs(remedies) do
  if r ~= remedies[1] then gain[#gain + 1] = {name = r[1], by = r.mean - remedies[1].mean} end
end
table.sort(gain, function(a, b) return a.by > b.by end)
tell([[Against none: %s %+.3f, %s %+.3f, %s %+.3f, %s %+.3f, %s %+.3f. The %d dev rows leave each score open by %.2f to
either side, so a smaller gain is no result; look at the seeds, too. Early stopping is what train does by itself and
costs nothing: patience only ends it sooner.]], gain[1].name, gain[1].by, gain[2].name, gain[2].by,
     gain[3].name, gain[3].by, gain[4].name, gain[4].by, gain[5].name, gain[5].by, #few.dev,
     (judged.hi - judged.lo) / 2)

say(2, [[7. The test rows, once, for what dev prefers. The best of many tries on dev is too good on dev: it was picked
for being good there.]])
test = evaluate(best.model, few)
print(best.name, test)
print(string.format("picked on dev with %.3f; on test %.3f [%.3f, %.3f]", best.score, test.mcc, test.lo, test.hi))

print("\npictures: " .. out .. "/overfitting.png, " .. out .. "/remedies.png")
print [[

Exercise. Change one thing: the width of the network, 32 windows in network(), to 2, then to 256.
  - Does the train loss still reach 0 within 100 epochs? With labels by lot, too?
  - Where does the dev loss turn around, and how high is it at the end?
  - Is the widest network the worst on dev? (Often it is not. Counting weights is a poor measure of over-fitting.)]]
