-- Words as vectors: one for each word, or one for each place where it stands. A quarter of a minute:
--   l2g run examples/lessons/embeddings.lua
-- Each step says what it is about, shows the lines that can be typed at the prompt as they stand, and runs them.
local here = (arg[0] or ""):match("^(.*)/") or "."
local say = dofile(here .. "/say.lua")

-- Cosine of two vectors: 1 for the same direction, 0 for nothing in common.
function cosine(x, y)
  local xy, xx, yy = 0, 0, 0
  for i = 1, #x do xy, xx, yy = xy + x[i] * y[i], xx + x[i] * x[i], yy + y[i] * y[i] end
  return xy / math.sqrt(xx * yy)
end

-- The words whose vectors point the same way, in a line.
function near(vectors, word)
  local line = {}
  for i, n in ipairs(neighbours(vectors, word, {top = 6})) do line[i] = string.format("%s %.2f", n.word, n.cosine) end
  return word .. ":  " .. table.concat(line, "  ")
end
function between(vectors, a, b) return cosine(vector(vectors, a), vector(vectors, b)) end

say(5, [[1. Static vectors. One vector for each word, wherever it stands. Skip-gram learns them from the company that
words keep: the vector of a word shall foretell its neighbours, against words that are drawn at random (Mikolov et al.
2013). The words are the 64 3-mers of 600 rows of DNA. What is close to what?]])
d = simulate{rows = 300}
vectors = skip_gram(d, {k = 3, width = 12, seed = 1})
print(near(vectors, "TAT"))
print(near(vectors, "GCG"))
print(near(vectors, "CCA"))

-- The same bases in random order.
function mixed(x)
  local t = {}
  for base in x:gmatch(".") do table.insert(t, math.random(#t + 1), base) end
  return table.concat(t)
end

say(7, [[2. Before you read biology into it: 3-mers overlap, so words with letters in common stand beside the same
words, in any DNA. The control: the same rows with their bases shuffled. The overlap stays and so does the share of
each base; only the order goes. Many neighbours stay, too: they say nothing about this DNA. What does: TAT and ATA are
close in the DNA, by its TATA boxes, and less so in the control. TAT and AAA are about as close in both.]])
others = {}
for i, x in ipairs(d.data.sequences) do others[i] = mixed(x) end
control = skip_gram(others, {k = 3, width = 12, seed = 1})
print(near(control, "TAT"))
both = "%s and %s: cosine %.2f in the DNA, %.2f in the control"
print(both:format("TAT", "ATA", between(vectors, "TAT", "ATA"), between(control, "TAT", "ATA")))
print(both:format("TAT", "AAA", between(vectors, "TAT", "AAA"), between(control, "TAT", "AAA")))

say(4, [[3. Train again with another seed: most of the neighbours return, the numbers do not. Two trainings choose
their axes freely, so a vector of one means nothing in the other. Vectors trained for each sequence by itself, as some
courses do, cannot be compared.]])
again = skip_gram(d, {k = 3, width = 12, seed = 2})
print(near(again, "TAT"))
same = cosine(vector(vectors, "TAT"), vector(again, "TAT"))
print(string.format("TAT of one against TAT of the other: cosine %.2f", same))

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
masked = load "byte-roberta"
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
  - The words around (window = 1 or 5), the letters of a word (k = 2 or 4): which neighbours of TAT stay? Words of English
    need no k: skip_gram("examples/text/alice_chapters_1_2.txt", {least = 5, epochs = 20}) has a few hundred.
  - In which layer do the two "like" differ most? Try other pairs, with the word at the same place: a model that adds
    places to words makes the same word at two places differ, and that is no meaning.
  - The cosine of any two states of layer 4 is rarely near 0. Subtract the mean of many states first; do the comparisons
    change?]]
