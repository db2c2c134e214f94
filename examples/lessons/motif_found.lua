-- A motif found and named: from what a network reads to a motif, to a name, and how much the name is worth. Half a
-- minute:
--   l2g run examples/lessons/motif_found.lua [--out FOLDER]
-- The rows are made up, because only then it is known what there is to find. Each step says what it is about, asks for
-- a prediction, shows the lines that can be typed at the prompt, and runs them. Pictures: FOLDER. Where L2G_DATA names
-- the sample data, a real collection of motifs is asked, too.
local here = (arg[0] or ""):match("^(.*)/") or "."
local say, lesson = dofile(here .. "/say.lua"), dofile(here .. "/lesson.lua")
local options = lesson.arguments("motif_found", false)
out, tell = options.out, lesson.tell
steps, looked_at = options.quick and 100 or 800, options.quick and 60 or 200

say(7, [[1. Rows with two motifs, a little blurred, as binding sites are: at a position the right letter stands more
often than not, not always. The network sees no motif, only rows and labels.]])
d = simulate{rows = 1000, length = 120, information = 0.9, motifs = {GATA = "TGATAAGC", EBOX = "CACGTGAC"},
             classes = {bound = {{motif = "GATA"}, {motif = "EBOX"}}, open = {}}}
s = split(d, {dev = 0.15, test = 0.25})
layers = {nn.conv1d{32, kernel = 11}, nn.relu(), nn.global_max_pool(), nn.linear(2)}
m = build(s, {layers = layers, both_strands = true})
untrained = copy(m, {name = "untrained"})
train(m, s, {steps = steps, batch = 32, rate = 3e-3, validate_every = steps // 10})
print(evaluate(m, s, {baseline = baseline(s)}))

-- Numbers of test rows of class bound.
rows = {}
for i, label in ipairs(s.test.labels) do
  if label == "bound" and #rows < looked_at then rows[#rows + 1] = i end
end

lesson.predict(string.format([[%d rows with two sites each. How many stretches will stand out in their contributions?
And to how many different motifs will they average: two, four (each strand its own), or more?]], #rows))

say(4, [[2. Stretches that stand out. A seqlet is a stretch whose contributions are too high for as many independent
bases. seqlet_motifs aligns those that look alike, on either strand, and averages them.]])
c = contributions(m, s.test, {rows = rows, class = "bound"})
q = seqlets(c, {sign = "positive"})
found = seqlet_motifs(q)
print(q, found)

-- How many seqlets lie on planted motifs, and how many planted motifs hold one.
local planted = lesson.planted(d)
local on_site, sites, hit = 0, 0, {}
for i = 1, #q do
  for k, site in ipairs(planted[q[i].id]) do
    if q[i].first <= site.last and site.first <= q[i].last then
      on_site = on_site + 1
      hit[q[i].id .. k] = true
      break
    end
  end
end
for _, row in ipairs(rows) do sites = sites + #planted[s.test.ids[row]] end
local reached = 0
for _ in pairs(hit) do reached = reached + 1 end
tell([[%d of %d seqlets lie on a planted motif (precision %.2f), and %d of %d planted motifs have a seqlet (recall
%.2f). They average to %d motif%s.]], on_site, #q, on_site / math.max(1, #q), reached, sites, reached / sites, #found,
     #found == 1 and "" or "s")

lesson.predict [[Now a name for each. The simulator's own motifs are the database, two of them. Each found motif gets a
best match in any case: why? Which number says how good it is?]]

say(3, [[3. The match, as TOMTOM does it: two motifs are laid on each other at every offset, on both strands. A minus
says that one of them is read from the other strand, as its logo will be.]])
known = load_motifs(d)
named = match_motifs(found, known)
print(named)
-- The best match of a motif by its name.
local function best_of(matches, name)
  for k = 1, #matches do
    if matches[k].motif == name then return matches[k] end
  end
end
for i = 1, #known do
  plot.logo(known, {which = i, title = known[i].name .. ": what was planted",
                    file = string.format("%s/known_%d.png", out, i)})
end
local names = {}
for i = 1, #found do
  local match = best_of(named, found[i].name)
  names[i] = match
  plot.logo(found, {which = i, title = string.format("%s: what the network reads", found[i].name),
                    file = string.format("%s/%s.png", out, found[i].name)})
  if match then
    tell([[%s, %s, of %d seqlets, resembles %s: p %.0e.]], found[i].name, found[i].consensus, found[i].seqlets,
         match.resembles, match.p)
  end
end

-- A MEME file of `count` motifs whose letters were drawn by lot.
local function write_random_motifs(path, count, seed)
  local file = assert(io.open(path, "w"))
  file:write("MEME version 4\n\nALPHABET= ACGT\n")
  math.randomseed(seed)
  for k = 1, count do
    file:write(string.format("\nMOTIF random_%d\nletter-probability matrix: alength= 4 w= 8\n", k))
    for _ = 1, 8 do
      local p, right = {0.05, 0.05, 0.05, 0.05}, math.random(4)
      p[right] = 0.85
      file:write(string.format("%.2f %.2f %.2f %.2f\n", table.unpack(p)))
    end
  end
  file:close()
end
-- The names of the known motifs, and their matrices, as entries of a MEME file.
local function add_known(path)
  local file = assert(io.open(path, "a"))
  for i = 1, #known do
    file:write(string.format("\nMOTIF %s\nletter-probability matrix: alength= 4 w= %d\n", known[i].name,
                             known[i].length))
    for _, p in ipairs(known[i].probabilities) do
      file:write(string.format("%.6f %.6f %.6f %.6f\n", table.unpack(p)))
    end
  end
  file:close()
end

lesson.predict [[A larger database: the two motifs among 500 whose letters were drawn by lot. Is the best match still
the right one? What becomes of p, and of E? And a motif that was itself drawn by lot: what E has its best match?]]

write_random_motifs(out .. "/many.meme", 500, 1)
add_known(out .. "/many.meme")
write_random_motifs(out .. "/by_lot.meme", 3, 2)
say(4, [[4. What an E value says: how many motifs of a database of this size would match so well by chance.]])
many = load_motifs(out .. "/many.meme")
among_many = match_motifs(found, many, {nearest = 1})
print(among_many)
by_lot = match_motifs(load_motifs(out .. "/by_lot.meme"), many, {nearest = 1})
print(by_lot)
local smallest = math.huge
for i = 1, #by_lot do smallest = math.min(smallest, by_lot[i].E) end
for i = 1, #found do
  local match = best_of(among_many, found[i].name)
  local before = names[i] and names[i].resembles
  if match then
    tell([[%s: best of %d is %s, E %.0e (p %.0e times %d motifs). %s]], found[i].name, #many, match.resembles, match.E,
         match.p, #many, match.resembles == before and "The same name as before." or
         "Another name than among two: one of many that are random.")
  end
end
if #found > 0 and names[1] then
  tell([[The p of the same match of %s is %.0e among two and %.0e among %d: chance is estimated from the columns of the
database, and two motifs have too few of them. Compare matches within one database.]], found[1].name, names[1].p,
       best_of(among_many, found[1].name).p, #many)
end
tell([[Motifs by lot have a best match, too, with an E of %.2g at the smallest: so many motifs of this database would
match as well by chance. A best match alone is no match; an E of 0.01 or less is one.]], smallest)

lesson.predict [[The same with the network before it was trained. Does it have seqlets, motifs, names?]]

say(4, [[5. The control: a network with its first weights.]])
untrained_c = contributions(untrained, s.test, {rows = rows, class = "bound"})
untrained_q = seqlets(untrained_c, {sign = "positive"})
untrained_found = seqlet_motifs(untrained_q)
print(untrained_q, untrained_found)
if #untrained_found > 0 then
  local named_so = match_motifs(untrained_found, many, {nearest = 1})
  print(named_so)
  local best, wrong = math.huge, 0
  for i = 1, #named_so do
    best = math.min(best, named_so[i].E)
    if named_so[i].resembles ~= "GATA" and named_so[i].resembles ~= "EBOX" then wrong = wrong + 1 end
  end
  tell([[Weights by lot are windows, too, and what passes through them averages to %d motif%s; the best E is %.2g, and
%d of the %d best matches are random motifs. "The network has found motifs" is therefore no result. That they are
matched at a small E is one, and more so when a second training finds them again.]], #untrained_found,
       #untrained_found == 1 and "" or "s", best, wrong, #named_so)
else
  tell([[It has %d seqlets, but no %d of them look alike: nothing that could be averaged.]], #untrained_q, 10)
end

local data = os.getenv("L2G_DATA")
local collection = data and data .. "/motifs/HOCOMOCO_v12_H12CORE.meme"
local there = collection and io.open(collection)
if there then
  there:close()
  lesson.predict [[1443 motifs of human factors (HOCOMOCO v12). Which names will these two get, and how many?]]
  say(2, [[6. A real collection.]])
  real = match_motifs(found, load_motifs(collection), {nearest = 4})
  print(real)
  for i = 1, #found do
    local match = best_of(real, found[i].name)
    tell("%s: %s, E %.1g. %s", found[i].name, match.resembles, match.E, match.E <= 0.01 and "A match." or
         "Not to be told from chance, right or wrong: eight bases are not much to go by among so many motifs.")
  end
  tell([[Many factors of one family bind the same letters, so that the first names of a list differ little in E. A
match says "a motif of this family", never which of its factors was there.]])
end

print("\npictures in " .. out .. ": what the network reads, pattern_1.png and on; what was planted, known_1.png and on")
print [[

Exercise. Change one thing: information in step 1, from 0.9 to 0.6.
  - What falls first: the test score, the recall of seqlets, or E?
  - Are the motifs in the logos blurred as the planted ones are, or sharper? (plot.logo(found, {probabilities = true}))
  - seqlet_motifs(q, {similarity = 0.8}): do more motifs mean that more was found?]]
