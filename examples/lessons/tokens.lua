-- What is a token? A few seconds: l2g run examples/lessons/tokens.lua
-- Each step says what it is about, shows the lines that can be typed at the prompt as they stand, and runs them.
local here = (arg[0] or ""):match("^(.*)/") or "."
local say = dofile(here .. "/say.lua")
alice = here .. "/../text/alice_chapters_1_2.txt"

say(2, [[1. A model reads numbers. A tokenizer cuts a sequence into pieces, its tokens, and writes the place of each
piece in a fixed list, the vocabulary. The smallest pieces are letters: nothing is lost, but a row of 100 bases is 100
tokens, and each token says little.]])
dna = "TATAAAGGCGCC"
print(show_tokens("characters", dna))

say(1, [[2. k-mers. DNABERT reads words of k letters, each one base further than the last. Look at neighbours: they
share all letters but one. That makes as many tokens as bases, and a model that has to guess a hidden word can copy it
from the words beside it. ([CLS] and [SEP] belong to the model: begin and end. "TAT" is marked because it happens to
be an English word.)]])
print(show_tokens("kmers3", dna))

say(2, [[3. 6-mers that do not overlap, as in the Nucleotide Transformer: a sixth of the tokens, so more DNA fits into
the model. The price: put one base in front, and every word changes. A model sees two sequences that have no token in
common, although they differ by one base. This is the frame-shift; training on rows that are moved by a few bases is
the usual remedy.]])
print(show_tokens("nt2", dna))
print(show_tokens("nt2", "C" .. dna))

-- A text made of three words, in any order, with nothing between them.
local words, texts = {"AAC", "TC", "GA"}, {}
math.randomseed(1)
for i = 1, 40 do
  texts[i] = ""
  for _ = 1, 6 do texts[i] = texts[i] .. words[math.random(3)] end
end
rows = texts

say(4, [[4. Byte pair encoding (BPE) finds its words itself: begin with letters; join the two neighbours that stand
together most often; again, until there are enough. We wrote 40 rows out of three words, AAC, TC and GA, with nothing
between them. Four merges find the dictionary again: watch them.]])
print(rows[1], rows[2])
toy = train_tokenizer(rows, {merges = 4})
print(toy)
print(show_tokens(toy, "AACTCGATCAACGA"))

say(1, [[5. Tell it to go on, and it joins what only stood together by chance: TCTC is no word of ours. The number of
merges is a choice, and the counts tell where sense ends: they fall from 50 to 27 behind AAC.]])
more = train_tokenizer(rows, {merges = 8})

say(2, [[6. English is made for it. In "Alice", Ġ is a blank in front of a word; "the" is a token after nine merges. A
word that the text repeats (Alice) becomes one token, a rare one (beginning) stays in pieces:
nothing is ever unknown.]])
english = train_tokenizer(alice, {merges = 300, watch = 12})
print(show_tokens(english, "Alice was beginning to get very tired"))

say(3, [[7. DNA is not: bases follow one another almost as by chance, so the first merges join pairs, with counts that
fall slowly. The words it finds are the common ones, which need not be the ones that mean something. Here TATA is one
of the 60, since half of the rows have a TATA box.]])
d = simulate{rows = 200}
learnt = train_tokenizer(d, {merges = 60, watch = 8})
print(show_tokens(learnt, "TTTGCACCAGTATAAAGGCGCC"))

local function tokens_per_base()
  local english_model = load "small-opt"
  print(string.format("  %-34s %15s %9s", "", "tokens per base", "longest"))
  for _, t in ipairs{{"characters", "characters"}, {"kmers6", "overlapping 6-mers"}, {"nt2", "6-mers side by side"},
                     {learnt, "BPE, 60 merges, learnt on this DNA"}, {english, "BPE, 300 merges, learnt on Alice"},
                     {english_model, "small-opt's, learnt on English"}} do
    local sum = tokens(d, t[1])
    print(string.format("  %-34s %15.3f %9d", t[2], sum.tokens_per_base, sum.longest))
  end
end
say(1, [[8. How long is the same DNA in each of them? tokens(data, tokenizer) tells. The time of attention grows with
the square of the length, and a model takes only so many tokens (longest, with begin and end): what is longer gets
cut. A vocabulary that was learnt on English knows next to no words of DNA. Here it is for 400 rows of 100 bases.]])
tokens_per_base()

local vocabulary_file = os.tmpname() .. ".txt"
local file = assert(io.open(vocabulary_file, "w"))
file:write("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\ncat\n##s\nsat\n")
file:close()

say(4, [[9. The trap. WordPiece, the tokenizer of BERT and of DNABERT-6, knows a list of words; what it cannot build
from them becomes one unknown token. So raw DNA in such a vocabulary is [CLS] [UNK] [SEP], whatever the sequence: all
rows look the same, and no error tells. This has happened in courses and papers. Here it is refused.]])
wordpiece = tokenizer(vocabulary_file)
print(show_tokens(wordpiece, "the cats sat"))
print(show_tokens(wordpiece, dna))
print(select(2, pcall(tokens, d, wordpiece)))
os.remove(vocabulary_file)
os.remove((vocabulary_file:gsub("%.txt$", "")))

say(2, [[10. A prompt. People put words in front of the DNA: "Sequence: TATA...". The tokenizer sees one text, and the
blank at the end of the prompt melts into the first base: that base is another token than the same letter anywhere
else. It is marked as fused.]])
lm = load "small-opt"
print(show_tokens(lm, "CATTATAAA", {prefix = "Sequence: "}))

print [[

Exercise. A row of 500 bases has to fit into 128 tokens, begin and end included.
  - Which of the tokenizers above can do it? tokens({string.rep("ACGTTGCATA", 50)}, t, {max_tokens = 128}) says what is
    cut.
  - How many merges does BPE need on this DNA before it can? Double merges until tokens per base is below 126 / 500.
  - Put one base in front of a row, as in step 3, and cut it by `learnt`. How many tokens from the start are others? Why
    does BPE find back into step, and 6-mers do not?]]
