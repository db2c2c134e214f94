-- Trains a classifier with LoRA on the tokens of a published encoder, saves the adapter, and prints what the model says.
-- shell_adapter.py opens the same folder in peft:
--
--   l2g run tests/goldens/shell_adapter.lua MODEL FOLDER > OUT
--   python3 tests/goldens/shell_adapter.py MODEL FOLDER OUT
local s = split(simulate{rows = 20, seed = 2})
local m = build(s, {kind = "lm", language_model = load(arg[1]), head = "published", max_tokens = 60})
train(m, s, {tune = "lora", rank = 4, steps = 3, batch = 8, rate = 0.005, targets = {"query", "value"}})
save_adapter(adapter(m, "shell"), arg[2])
local p = predict(m, s.dev)
for i = 1, #p do print(s.dev[i].sequence .. "\t" .. p[i][1]) end
