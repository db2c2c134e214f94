-- Two kinds of language models on a page of "Alice": one fills gaps, one goes on. Ten seconds:
--   l2g run examples/lessons/fill_mask.lua
-- Each step says what it is about, shows the lines that can be typed at the prompt as they stand, and runs them.
local here = (arg[0] or ""):match("^(.*)/") or "."
local say = dofile(here .. "/say.lua")

say(2, [[1. A masked model. Its training hides letters and asks which they were; it may look at both sides. This one
reads bytes, so a token is a letter. It is a RoBERTa of 4 layers that has read Shakespeare, Austen and Carroll in 14
minutes of one processor core.]])
masked = load "byte-roberta"
print(masked)

-- The guesses for each mask as one line: the letter and its probability.
function show(text, top)
  for i, guesses in ipairs(fill_mask(masked, text, {top = top or 4})) do
    local line = {}
    for k, g in ipairs(guesses) do
      line[k] = string.format("%-4s %3.0f %%", "'" .. g.text .. "'", 100 * g.probability)
    end
    print(string.format("  gap %d:  %s", i, table.concat(line, "   ")))
  end
end

say(2, [[2. fill_mask gives the letters that it holds for likely; several gaps may stand in a text. All three are
guessed right here, though only "hurried" for sure: "watch", "match" and "patch" are words as well, and it knows
spelling, not rabbits. In the second line "big" and "bag" would do as well as "beg", and it says so.]])
show("The Rabbit took a <mask>atch out of its waistcoat-po<mask>ket, looked at it, and then hurr<mask>ed on")
show("b<mask>g")

say(2, [[3. What is on the right counts. The same gap, with what follows and without it. The t behind the gap makes it
think of "felt", which is a word, before "feet", which is what the book has. A model that reads from left to right
would have to guess as in the second line.]])
show("Alice was not a bit hurt, and she jumped up on to her fe<mask>t in a moment")
show("Alice was not a bit hurt, and she jumped up on to her fe<mask>")

say(1, [[4. Meaning is beyond it. Which animal is white and has pink eyes? Six letters are hidden at once, and
each gap is guessed for itself: every one takes the letter that is likely there, and together they are no word. Behind
a whole hidden word, a model of letters knows little more than how common letters are.]])
show("when suddenly a White <mask><mask><mask><mask><mask><mask> with pink eyes ran close by her.", 3)

page = here .. "/../text/alice_chapters_1_2.txt"
say(2, [[5. One number for two chapters: hide 15 % of the letters, and count the bits that each costs. Guessing by how
common letters are would take about 4.7. These pages were among what it read, so this says how well it learnt, not how
well it would do on a new book (1.5 bits on Moby-Dick).]])
r = perplexity(masked, page)
print(string.format("%.2f bits a hidden letter, %.0f %% of them right", r.bits, 100 * r.correct))

say(2, [[6. The same for DNA. It has never seen any. Who knows that there are four letters, and no more, pays 2 bits
for each; this one does not, and pays more than it would for any letter at random out of 256 (8 bits): it is
surprised, and sure of itself.]])
r = perplexity(masked, simulate{rows = 50}.data)
print(string.format("%.2f bits a hidden base, %.0f %% of them right", r.bits, 100 * r.correct))

say(2, [[7. A causal model goes on instead: it foretells the next token from those before it. small-opt is an OPT with
a vocabulary of 1024 pieces of words, trained on the same books. temperature = 0 takes the likeliest token each time.
Watch what that does: it runs into a circle.]])
causal = load "small-opt"
print((generate(causal, "Alice was beginning to get very", {tokens = 50}):gsub("%s+", " ")))

say(4, [[8. Drawing at random, from the 40 likeliest, with a temperature below 1, is livelier. Another seed is another
story; the same seed is the same story. The words are right, the sentences nearly so, and there is no sense: a million
numbers hold that much.]])
for seed = 1, 3 do
  story = generate(causal, "Alice was beginning to", {tokens = 50, temperature = 0.8, top_k = 40, seed = seed})
  print(seed, (story:gsub("%s+", " ")))
end

say(1, [[9. A causal model has no mask, and is not asked for one:]])
print(select(2, pcall(fill_mask, causal, "Alice <mask>")))

print [[

Exercise.
  - Hide each letter of "Rabbit" in turn (the other five stay visible). Which one does the model miss, and why that one?
  - Let small-opt go on from "The Queen" with temperatures 0.3, 0.8 and 1.5. Where does spelling break first?
  - Teach it some DNA: pretrain(causal, simulate{rows = 500}.data, {steps = 100}), then perplexity on other rows, by
    another seed. How many bits a base is the best that one could hope for?]]
