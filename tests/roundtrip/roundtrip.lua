-- A transfer with adapters on simulated data, exported; all digits of its predictions are printed.
local folder = arg[1]
local s = split(simulate{rows = 120, seed = 3}, {seed = 3})
local m = build(s, {kind = "l2g", language_model = "random", channels = 16, kernels = {9, 3, 3}, tokens = 12,
                    body_layers = 1, hidden = 0, dropout = 0.1, keep_positions = false, seed = 3})
train(m, s, {steps = 6, batch = 32, seed = 3})
train(m, s, {steps = 6, batch = 32, seed = 4, tune = "lora", rank = 4, keep = 0.8})
export(m, "exported", {folder = folder, batch = 8});
local rows = {}
for i = 1, #s.test do rows[i] = ">" .. i .. "\n" .. s.test[i].sequence end
local f = assert(io.open(folder .. "/rows.fa", "w"))
f:write(table.concat(rows, "\n"), "\n")
f:close()
local p = predict(m, s.test)
for i = 1, #p do
  local words = {}
  for k, v in ipairs(p[i]) do words[k] = string.format("%.17g", v) end
  print(table.concat(words, " "))
end
