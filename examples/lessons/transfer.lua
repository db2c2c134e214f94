-- Cross-modal transfer with a real language model: what of it helps on one task?
--
--   l2g run examples/lessons/transfer.lua DIR [--model FOLDER] [--seeds 3] [--minutes 40] [--steps LIST] [--out FOLDER]
--          [--text FILE] [--variants LIST] [--select N] [--body-rate RATE] [--tokens 32]
--
-- DIR holds train, dev and test files as for gue.lua. FOLDER is a BERT-type encoder as Hugging Face has it; without
-- --model it is MiniLM in the folder that L2G_DATA names (lm_weights/minilm). Eight ways of training on the same rows
-- are compared: the convolutional network alone; the same kind of network below the language model, with its body
-- frozen, with the head alone trained, with LoRA, with SVD-LoRA, as a whole (l2g-aligned), as a whole without the
-- alignment with text before it (l2g), and as a whole with a body of random weights. What has a body starts from the
-- linear model: what it says above that level it has learnt. The body reads at most 32 tokens (up to 64 by --tokens), so
-- that more steps fit in the minutes.
-- Minutes are turned into steps before anything is trained; what is finished is kept, and an interrupted call goes on.

local here = (arg[0] or ""):match("^(.*)/") or "."
local runs = dofile(here .. "/runs.lua")
local options, dir = runs.options(
    "l2g run transfer.lua DIR [--model FOLDER] [--seeds 3] [--minutes 40] [--steps LIST] [--out FOLDER]",
    {seeds = 3, minutes = 40, tokens = 32, lesson = "transfer", text = here .. "/../text/alice_chapters_1_2.txt",
     variants = "cnn,l2g-frozen,l2g-head,l2g-lora,l2g-svd-lora,l2g-aligned,l2g,l2g-random"},
    "seeds minutes body-rate tokens batch select", "steps out text model variants")
local data = os.getenv("L2G_DATA")
local folder = options.model or (data and data .. "/lm_weights/minilm")
if not folder then error("no language model: give --model FOLDER, or set L2G_DATA to the sample data", 0) end
options.language_model = load(folder)
print(options.language_model)
options.body_rate, options.here = options["body-rate"], here
runs.compare(dir, options)
