-- Words as vectors: one for each word, or one for each place where it stands. A quarter of a minute:
--   l2g run examples/lessons/embeddings.lua
-- Each step says what it is about, shows the lines that can be typed at the prompt as they stand, and runs them.
local here = (arg[0] or ""):match("^(.*)/") or "."
local say = dofile(here .. "/say.lua")
local checkpoints = dofile(here .. "/checkpoints.lua")

-- Cosine of two vectors: 1 for the same direction, 0 for nothing in common.
function cosine(x, y)
  local xy, xx, yy = 0, 0, 0
  for i = 1, #x do xy, xx, yy = xy + x[i] * y[i], xx + x[i] * x[i], yy + y[i] * y[i] end
  return xy / math.sqrt(xx * yy)
end

-- The 3-mers of each row, overlapping.
function words_of(data)
  local rows = {}
  for i, sequence in ipairs(data.sequences) do
    rows[i] = {}
    for first = 1, #sequence - 2 do rows[i][first] = sequence:sub(first, first + 2) end
  end
  return rows
end

-- Skip-gram with negative sampling (Mikolov et al. 2013): the vector of a word shall foretell the words around it,
-- against words drawn at random. One pass over the rows; the rate falls to 0. Returns a vector for each word.
function skip_gram(rows, seed)
  local width, window, negatives, rate = 12, 2, 4, 0.05
  math.randomseed(seed)
  local list, vectors, contexts = {}, {}, {}
  for _, row in ipairs(rows) do
    for _, word in ipairs(row) do
      if not vectors[word] then
        list[#list + 1], vectors[word], contexts[word] = word, {}, {}
        for i = 1, width do vectors[word][i], contexts[word][i] = (math.random() - 0.5) / width, 0 end
      end
    end
  end
  local change = {}
  for r, row in ipairs(rows) do
    local step = rate * (1 - (r - 1) / #rows)
    for place, word in ipairs(row) do
      local v = vectors[word]
      for other = math.max(1, place - window), math.min(#row, place + window) do
        if other ~= place then
          for i = 1, width do change[i] = 0 end
          for n = 0, negatives do
            local target = n == 0 and row[other] or list[math.random(#list)]
            local c, dot = contexts[target], 0
            for i = 1, width do dot = dot + v[i] * c[i] end
            local g = step * ((n == 0 and 1 or 0) - 1 / (1 + math.exp(-dot)))
            for i = 1, width do change[i], c[i] = change[i] + g * c[i], c[i] + g * v[i] end
          end
          for i = 1, width do v[i] = v[i] + change[i] end
        end
      end
    end
  end
  return vectors
end

-- The words whose vectors point the same way.
function neighbours(vectors, word)
  local list = {}
  for other, v in pairs(vectors) do
    if other ~= word then list[#list + 1] = {other, cosine(vectors[word], v)} end
  end
  table.sort(list, function(a, b) return a[2] > b[2] end)
  local line = {}
  for i = 1, 6 do line[i] = string.format("%s %.2f", list[i][1], list[i][2]) end
  return word .. ":  " .. table.concat(line, "  ")
end

say(5, [[1. Static vectors. One vector for each word, wherever it stands. Skip-gram learns them from the company that
words keep: the vector of a word shall foretell its neighbours. The words are the 64 3-mers of 600 rows of DNA
(skip_gram stands in this file; it is short). What is close to what?]])
d = simulate{rows = 300}
vectors = skip_gram(words_of(d.data), 1)
print(neighbours(vectors, "TAT"))
print(neighbours(vectors, "GCG"))
print(neighbours(vectors, "CCA"))

-- The same bases in random order.
function shuffle(x)
  local t = {}
  for base in x:gmatch(".") do table.insert(t, math.random(#t + 1), base) end
  return table.concat(t)
end

say(7, [[2. Before you read biology into it: 3-mers overlap, so words with letters in common stand beside the same
words, in any DNA. The control: the same rows with their bases shuffled. The overlap stays and so does the share of
each base; only the order goes. Many neighbours stay, too: they say nothing about this DNA. What does: TAT and ATA are
close in the DNA, by its TATA boxes, and less so in the control. TAT and AAA are about as close in both.]])
shuffled = {sequences = {}}
for i, x in ipairs(d.data.sequences) do shuffled.sequences[i] = shuffle(x) end
control = skip_gram(words_of(shuffled), 1)
print(neighbours(control, "TAT"))
both = "%s and %s: cosine %.2f in the DNA, %.2f in the control"
print(both:format("TAT", "ATA", cosine(vectors.TAT, vectors.ATA), cosine(control.TAT, control.ATA)))
print(both:format("TAT", "AAA", cosine(vectors.TAT, vectors.AAA), cosine(control.TAT, control.AAA)))

say(3, [[3. Train again with another seed: most of the neighbours return, the numbers do not. Two trainings choose
their axes freely, so a vector of one means nothing in the other. Vectors trained for each sequence by itself, as some
courses do, cannot be compared.]])
again = skip_gram(words_of(d.data), 2)
print(neighbours(again, "TAT"))
print(string.format("TAT of one against TAT of the other: cosine %.2f", cosine(vectors.TAT, again.TAT)))

-- The state of the last token of a text after a layer.
function state(lm, text, layer)
  local h = hidden(lm, text, {layer = layer})
  return h[#h.rows]
end
function compare(lm, a, b)
  local line = {}
  for layer = 0, lm.layers do
    line[#line + 1] = string.format("%d: %.3f", layer, cosine(state(lm, a, layer), state(lm, b, layer)))
  end
  print("  cosine after layer  " .. table.concat(line, "   "))
end

say(3, [[4. Contextual vectors. In a language model, layer 0 is a static vector too: that of the word plus that of its
place. Each block then mixes in what stands around. Here is " like", the fifth token of both texts, a verb in one and
not in the other: the same vector at layer 0, then two ways part.]])
lm = load "small-opt"
print(hidden(lm, "We do not like", {layer = 0}).rows, hidden(lm, "It was just like", {layer = 0}).rows)
compare(lm, "We do not like", "It was just like")

say(2, [[5. So with DNA: the last A of TATAAA, and the A at the same place of GCGCGA. A static vector cannot tell them
apart. The less the letters before them have in common, the further apart they end: TATATA is nearer.]])
compare(lm, "TATAAA", "GCGCGA")
compare(lm, "TATAAA", "TATATA")

say(3, [[6. A model that reads from left to right knows of a word only what stood before it. "I like" begins both
texts; what follows does not change the vector of " like", in any layer. The third token of both has the same numbers;
the fourth is another word.]])
one, two = hidden(lm, "I like to think so"), hidden(lm, "I like you very much")
print(one.rows[3], two.rows[3], cosine(one[3], two[3]))
print(one.rows[4], two.rows[4], cosine(one[4], two[4]))

say(3, [[7. A masked model sees both sides: there the same letter, the l of "like", does differ. (Its tokens are
bytes.)]])
masked = checkpoints.masked_model()
one, two = hidden(masked, "I like to think so"), hidden(masked, "I like you very much")
print(one.rows[4], two.rows[4], cosine(one[4], two[4]))

say(3, [[8. One vector for a whole sequence: the mean over its tokens. plot shows the two directions in which the
vectors vary most, promoters against background. They do not fall apart by themselves: what varies most need not be
what one looks for. The lesson on probing asks what can be read off them.]])
s = split(d, {dev = 0.2, test = 0.2})
e = embed(lm, s.train, {layer = 1})
plot(e)

print [[

Exercise.
  - Cut without overlap (every third place in words_of). What is left of the neighbours of TAT?
  - In which layer do the two "like" differ most? Try other pairs, with the word at the same place: a model that adds
    places to words makes the same word at two places differ, and that is no meaning.
  - The cosine of any two states of layer 4 is rarely near 0. Subtract the mean of many states first; do the comparisons
    change?]]
