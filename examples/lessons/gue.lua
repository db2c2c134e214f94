-- The whole transfer on one classification task, preset honest.
--
--   l2g run examples/lessons/gue.lua DIR [--seeds 3] [--minutes 15] [--steps LIST] [--out FOLDER] [--text FILE]
--          [--model WEIGHTS] [--variants LIST] [--select N] [--body-rate RATE] [--tokens 64]
--
-- DIR holds train, dev and test files (.csv or .csv.gz) with the columns sequence and label. First come the floors:
-- linear models that see GC content, k-mers, or the k-mer at each position. Then a convolutional network alone (cnn),
-- one that starts from a linear model (cnn-floor), the mean of three networks (cnn-ensemble), the embedder below a
-- language model, fine-tuned (l2g), and the same after alignment with text (l2g-aligned). What has a language model
-- starts from the linear model, too.
-- --model is a language model: the shipped one, or a folder of Hugging Face. --variants chooses others of runs.lua:
-- with cnn,l2g,l2g-random a body of random weights says what pre-training is worth; l2g-frozen, l2g-head, l2g-top,
-- l2g-lora, l2g-svd-lora and l2g-adalora train a part of it; cnn-strands sees both strands in training. With --select N
-- the first seed compares all variants and the others are for the N that have the best dev MCC on it. For each seed and
-- variant one JSON line is printed; a table closes. Whatever is finished is kept in FOLDER: an interrupted call goes on
-- there.
--
-- --minutes is the wall time of the whole call. It is turned into a number of steps for each variant before anything is
-- trained; the steps are printed, and --steps (the list that was printed) repeats a run to the bit.

local here = (arg[0] or ""):match("^(.*)/") or "."
local runs = dofile(here .. "/runs.lua")
local options, dir = runs.options(
    "l2g run gue.lua DIR [--seeds 3] [--minutes 15] [--steps LIST] [--out FOLDER]",
    {seeds = 3, minutes = 15, lesson = "gue", keep_models = true,
     variants = "cnn,cnn-floor,cnn-ensemble,l2g,l2g-aligned", text = here .. "/../text/alice_chapters_1_2.txt"},
    "seeds minutes body-rate tokens batch select", "steps out text model variants")
options.language_model = options.model
options.body_rate, options.here = options["body-rate"], here
runs.compare(dir, options)
