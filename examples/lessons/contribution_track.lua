-- Reading a contribution track: what each base adds to what a network says, and how a track can fool. Half a minute:
--   l2g run examples/lessons/contribution_track.lua [--out FOLDER]
-- The rows are made up, because only then it is known where the motifs are. Each step says what it is about, asks for a
-- prediction, shows the lines that can be typed at the prompt, and runs them. Pictures: FOLDER.
local here = (arg[0] or ""):match("^(.*)/") or "."
local say, lesson = dofile(here .. "/say.lua"), dofile(here .. "/lesson.lua")
local options = lesson.arguments("contribution_track", false)
out, tell, auroc = options.out, lesson.tell, lesson.auroc
steps, looked_at = options.quick and 10 or 600, options.quick and 4 or 40

-- The network of this lesson: the best match of each of 32 windows, anywhere, on either strand.
function network(data, name)
  local layers = {nn.conv1d{32, kernel = 11}, nn.relu(), nn.global_max_pool(), nn.linear(2)}
  return build(data, {layers = layers, both_strands = true, name = name})
end
function trained(m, data)
  train(m, data, {steps = steps, batch = 32, rate = 3e-3, validate_every = math.max(1, steps // 10)})
  return m
end

say(7, [[1. Rows with known motifs. In a row of class "bound" stands a TGATAAGC, and in four of five also a CACGTGAC,
anywhere and on either strand; "open" is random DNA.]])
d = simulate{rows = 1000, length = 120, motifs = {GATA = "TGATAAGC", EBOX = "CACGTGAC"},
             classes = {bound = {{motif = "GATA"}, {motif = "EBOX", probability = 0.8}}, open = {}}}
s = split(d, {dev = 0.15, test = 0.25})
m = network(s, "trained")
untrained = copy(m, {name = "untrained"})
trained(m, s)
print(evaluate(m, s, {baseline = baseline(s)}))

-- Numbers of test rows of class bound, and where their motifs lie by the names of the rows.
planted, rows = lesson.planted(d), {}
for i, label in ipairs(s.test.labels) do
  if label == "bound" and #rows < looked_at then rows[#rows + 1] = i end
end

lesson.predict [[A row of 120 bases holds one or two motifs of 8. What will its contributions look like: how many bases
stand out, where, and with which sign? What do the others do?]]

say(3, [[2. One row. A contribution is how much a base moved the answer towards "bound", against what the network says
to the same row with its letters shuffled. The picture shades where motifs were planted.]])
one = contributions(m, s.test, {rows = {rows[1]}, class = "bound"})
print(one)
plot.track(one, {hits = d, file = out .. "/track.png"})
for _, site in ipairs(planted[one[1].id]) do
  print(string.format("planted: %s, bases %d to %d, strand %s", site.motif, site.first, site.last, site.strand))
end
local function sum(list)
  local total = 0
  for _, x in ipairs(list) do total = total + x end
  return total
end
-- Is a base of a row inside of a planted motif?
local function inside(row)
  local truth = {}
  for i = 1, #row.sequence do truth[i] = false end
  for _, site in ipairs(planted[row.id]) do
    for i = site.first, site.last do truth[i] = true end
  end
  return truth
end
local truth, hits, motif_sum = inside(one[1]), 0, 0
for i = 1, 8 do hits = hits + (truth[one[1].strongest[i].position] and 1 or 0) end
for i, x in ipairs(one[1].values) do motif_sum = motif_sum + (truth[i] and x or 0) end
tell([[Of the eight strongest bases %d lie in a planted motif. All contributions add up to %.2f, those in motifs to
%.2f. The certificate says how exactly the sum is what it has to be, the answer to this row less the mean answer to
its shuffles: %.0e of it is missing. That is a proof of the arithmetic. Keep in mind of what it is not a proof.]], hits,
     sum(one[1].values), motif_sum, one.certificate)

lesson.predict(string.format([[Over %d rows: if you draw a planted and another base at random, how often has the
planted one the higher contribution? (1 is always, 0.5 a coin.) And in a network that was never trained?]], #rows))

say(4, [[3. How often does it point at the right bases? Four ways of asking the same network, and one that asks a
network with its first weights. mutate exchanges each base for the three others, one at a time.]])
all = contributions(m, s.test, {rows = rows, class = "bound"})
gradient = contributions(m, s.test, {rows = rows, class = "bound", method = "gradient"})
mutants = mutate(m, s.test, {rows = rows, class = "bound"}).contributions
blind = contributions(untrained, s.test, {rows = rows, class = "bound"})
local function mean_auroc(c)
  local list = {}
  for i = 1, #c do list[i] = auroc(c[i].values, inside(c[i])) end
  return lesson.mean(list)
end
local found = {}
print(string.format("  %-34s %8s %14s", "", "AUROC", "certificate"))
for _, x in ipairs{{"DeepLIFT/SHAP", all}, {"gradient x input", gradient}, {"mutations", mutants},
                   {"DeepLIFT/SHAP, untrained network", blind}} do
  found[x[1]] = mean_auroc(x[2])
  print(string.format("  %-34s %8.3f %14s", x[1], found[x[1]],
                      x[2].certificate and string.format("%.0e", x[2].certificate) or "none"))
end

say(1, [[4. How to be fooled, first: by a network that knows nothing. Its track has peaks as well. Draw both at the
same scale before you compare.]])
blind_one = contributions(untrained, s.test, {rows = {rows[1]}, class = "bound"})
plot.track(blind_one, {hits = d, file = out .. "/untrained.png"})
local by_network = found["DeepLIFT/SHAP"]
tell([[The untrained network points at planted bases with %.2f, the trained one with %.2f, and the certificates of both
are fine: %.0e and %.0e. Contributions tell truly what a network does. Whether the network does the right thing is
told by its test score and its floors. So a track comes after the score, never in its place. The strongest base of
this row adds %.3f here, and %.3f in the trained network.]],
     found["DeepLIFT/SHAP, untrained network"], by_network, blind.certificate,
     all.certificate, blind_one[1].strongest[1].contribution, one[1].strongest[1].contribution)

lesson.predict [[The references are shuffles of the row that keep its pairs of neighbours. What changes if there is one
instead of twenty, and what if there is no DNA at all to compare with ("blank")?]]

say(1, [[5. Against what? Each contribution is a difference to something.]])
print(string.format("  %-30s %9s %22s", "references", "AUROC", "sum of one row"))
local sums = {}
for seed = 1, 5 do
  local c = contributions(m, s.test, {rows = {rows[1]}, class = "bound", references = 1, seed = seed})
  sums[seed] = sum(c[1].values)
  print(string.format("  %-30s %9.3f %22.2f", "1 shuffle, seed " .. seed, mean_auroc(c), sums[seed]))
end
print(string.format("  %-30s %9.3f %22.2f", "20 shuffles", mean_auroc(one), sum(one[1].values)))
blank = contributions(m, s.test, {rows = {rows[1]}, class = "bound", against = "blank"})
print(string.format("  %-30s %9.3f %22.2f", "blank", mean_auroc(blank), sum(blank[1].values)))
table.sort(sums)
tell([[With one shuffle the sum of the same row goes from %.2f to %.2f, by which shuffle it was: what it contributes is
a statement about a pair. Many shuffles average that. "Blank" is a sequence that no network has seen in training.]],
     sums[1], sums[5])

lesson.predict [[Two classes that differ in G and C and in nothing else. What does the track of such a network show,
against shuffles of the row, and against blank?]]

say(3, [[6. How to be fooled, second: by GC. Rows of 60 % G and C, class "rich", against rows of 40 %; no motif
anywhere.]])
gc_task = split(lesson.splits{train = lesson.gc_rows(300)}, {dev = 0.15, test = 0.25})
gc_network = trained(network(gc_task, "GC"), gc_task)
print(evaluate(gc_network, gc_task))
local rich = {}
for i, label in ipairs(gc_task.test.labels) do
  if label == "rich" and #rich < looked_at // 2 then rich[#rich + 1] = i end
end
-- How well contributions tell G and C from A and T, and the mean of their sums.
local function of_gc(c)
  local areas, sums_ = {}, {}
  for i = 1, #c do
    local is_gc = {}
    for k = 1, #c[i].sequence do is_gc[k] = c[i].sequence:find("^[GC]", k) ~= nil end
    areas[i], sums_[i] = auroc(c[i].values, is_gc), sum(c[i].values)
  end
  return lesson.mean(areas), (lesson.mean(sums_))
end
gc_shuffled = contributions(gc_network, gc_task.test, {rows = rich, class = "rich"})
gc_blank = contributions(gc_network, gc_task.test, {rows = rich, class = "rich", against = "blank"})
plot.track(gc_shuffled[1], {file = out .. "/gc_against_shuffles.png"})
plot.track(gc_blank[1], {file = out .. "/gc_against_blank.png"})
local area_shuffled, sum_shuffled = of_gc(gc_shuffled)
local area_blank, sum_blank = of_gc(gc_blank)
local _, sum_bound = of_gc(all)
print(string.format("  %-34s %14s %28s", "", "mean of sums", "G or C above A or T, AUROC"))
print(string.format("  %-34s %14.2f %28.2f", "GC network, against shuffles", sum_shuffled, area_shuffled))
print(string.format("  %-34s %14.2f %28.2f", "GC network, against blank", sum_blank, area_blank))
print(string.format("  %-34s %14.2f %28s", "network of step 2, shuffles", sum_bound, ""))
if sum_bound > 1 and math.abs(sum_shuffled) < 0.3 * sum_bound then
  tell([[Shuffles of a row have its G and C, so the network says to them what it says to the row: %.2f is left to
explain, where the network with motifs has %.2f. Such a track is rich in letters and poor in height; look at the scale
of its axis. A sum near 0 against shuffles, with a good score, is itself a finding: what the network reads is in the
composition, and shuffles keep that.]], sum_shuffled, sum_bound)
else
  tell([[Against shuffles %.2f is left to explain, in the network with motifs %.2f: this one, too, reads words that the
shuffles do not keep.]], sum_shuffled, sum_bound)
end
if math.min(area_shuffled, area_blank) > 0.7 then
  tell([[Whatever the reference, G and C contribute more than the other letters (%.2f and %.2f, where 0.5 is no
difference), and runs of them look like motifs. The score does not tell the two networks apart, and one track does not
either; matched rows do (lesson gc_confound).]], area_shuffled, area_blank)
else
  tell("G and C against the other letters: %.2f and %.2f, where 0.5 is no difference.", area_shuffled, area_blank)
end

print("\npictures: " .. out .. "/track.png, untrained.png, gc_against_shuffles.png, gc_against_blank.png")
print [[

Exercise. Change one thing: the probability of the EBOX in step 1, from 0.8 to 0.2.
  - Is the EBOX still found, in the rows that hold one? How high is it beside the GATA?
  - A motif that a network does not need has no contribution, although it is there and may be real. What does that say
    about a track in which a known factor's motif stays flat?
  - And 1.0: both motifs always stand together. Does the network use both?]]
