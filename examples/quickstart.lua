-- The main job on data that are made here: l2g run examples/quickstart.lua [FOLDER]
-- Floors, a convolutional network alone, and the transfer: an embedder on top of a language model, aligned with text,
-- then fine-tuned. Pictures, models and predictions go to FOLDER (quickstart-output when not given).

local here = arg[0]:match("^(.*)/[^/]*$") or "."
local out = arg[1] or "quickstart-output"
os.execute("mkdir -p '" .. out .. "'")
local began = os.time()
local function title(text) print("\n== " .. text) end

title "Data: 2000 simulated sequences; most of class promoter hold a TATA box and an initiator behind it"
d = simulate{rows = 1000}
s = split(d, {dev = 0.1, test = 0.2})
print(s)

title "Leakage: does train hold rows of dev or test?"
print(leakage(s))

title "Floors: linear models, and what they say about the task"
b = baseline(s)
print(b)

title "A convolutional network alone"
cnn = build(s, {kind = "cnn", baseline = b, name = "cnn"})
train(cnn, s, {epochs = 8, batch = 64})
cnn_test = evaluate(cnn, s, {baseline = b})
print(cnn_test)

title "The transfer: the same embedder on top of a language model that has read English"
local weights = here .. "/language_model/byte-roberta.safetensors"
l2g = build(s, {kind = "l2g", baseline = b, name = "l2g", tokens = 25, body_layers = 2, language_model = weights})
print(string.format("%d trained numbers", l2g.parameters))
t = text(here .. "/text/alice_chapters_1_2.txt", {language_model = weights})
print(t)
a = align(l2g, s, {text = t, epochs = 4, batch = 64})
print(string.format("aligned: the discrepancy between DNA and text went from %.3f to %.3f", a.mmd_before, a.mmd_after))
train(l2g, s, {epochs = 6, batch = 64, validate_every = 11})
l2g_test = evaluate(l2g, s, {baseline = b})
print(l2g_test)

title "Learning curves of the transfer"
plot(l2g)
for _, kind in ipairs({"png", "svg"}) do
  plot(l2g, {file = out .. "/learning-curves." .. kind})
  plot(l2g_test, {chart = "roc", file = out .. "/roc." .. kind})
end

title "Saved, loaded again, and asked about new sequences"
save(l2g, out .. "/quickstart.l2g")
export(l2g, "quickstart_model", {folder = out})
again = load(out .. "/quickstart.l2g")
predict(again, s.test, {file = out .. "/predictions.csv"})

title(string.format("MCC on %d test rows, which nothing was chosen by; seed 1, preset honest", s.test.rows))
local function row(name, mcc, note) print(string.format("  %-28s %6.3f%s", name, mcc, note)) end
local function interval(e) return string.format("   95 %% interval [%.3f, %.3f]", e.lo, e.hi) end
for _, name in ipairs({"gc", "kmer5", "pos3", "joint"}) do
  row(name, b.models[name].test_mcc, name == b.floor and "   <- floor (best on dev)" or "")
end
row("cnn alone", cnn_test.mcc, interval(cnn_test))
row("l2g, aligned and fine-tuned", l2g_test.mcc, interval(l2g_test))
local gain = l2g_test.mcc - cnn_test.mcc
print(string.format("The language model %s here: %+.3f against the network alone.",
                    gain > 0 and "helps" or "does not help", gain))
print(string.format("\n%d seconds. In %s:", os.time() - began, out))
print("  learning-curves.png .svg   roc.png .svg   quickstart.l2g (the model)   predictions.csv")
print("  quickstart_model.hpp .safetensors (the same model for C++)")
