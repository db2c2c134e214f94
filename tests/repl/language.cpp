// Tokens and language models as a session sees them, with the small checkpoints of tests/goldens.
#include "at_the_prompt.hpp"
#include "scratch_folder.hpp"

#include <l2g/text/dna_tokenizers.hpp>

#include <cstdlib>

using namespace l2g::repl;

namespace {

/// A session with every verb, in a folder with small language models that read letters.
struct Lesson : Prompt {
  ScratchFolder folder;

  Lesson() {
    ::setenv("XDG_CACHE_HOME", (folder / "cache").c_str(), 1);
    for (const char* name : {"bert", "gpt2", "opt", "bert_classifier"}) {
      const std::string to = folder / name;
      std::filesystem::copy(std::string("tests/goldens/models/") + name, to);
      l2g::text::character_tokenizer().save(to);
    }
    std::string table = "sequence,label\n";
    const char* bases = "ACGT";
    for (int i = 0; i < 120; ++i) {
      std::string s;
      for (int j = 0; j < 10; ++j) s += bases[(i * 7 + j * j * (i % 5 + 1)) % 4];
      table += (i % 2 ? "AA" + s.substr(2) : "CG" + s.substr(2)) + "," + std::to_string(i % 2) + "\n";
    }
    folder.file("rows.csv", table);
    folder.file("text.txt", "ACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTACGT");
    does("HERE = '" + folder.path() + "/'");
    does("d = load(HERE .. 'rows.csv'); s = split(d);");
  }
};

}  // namespace

TEST_CASE("tokens of a sequence are shown with their bases and what is odd about them") {
  Lesson l2g;
  CHECK(holds(l2g("tokenizer 'kmers3'"), "kmers3: overlapping k-mers, 69 entries"));
  CHECK(l2g("encode('kmers3', 'ATCG')") == "{2, 11, 32, 3}");
  CHECK(l2g("decode('nt2', encode('nt2', 'ACGTACG'))") == "\"ACGTACG\"");
  CHECK(holds(l2g("t = show_tokens('kmers3', 'ACGTN')"), "unknown"));
  CHECK(l2g("#t, t[2].first, t[2].last, t[1].special") == "5\n1\n3\ntrue");
  CHECK(holds(l2g("t[4].remark"), "unknown"));
  CHECK(holds(l2g("show_tokens('characters', 'CAT')"), "base 1"));
  CHECK(holds(l2g("tokenizer 'kmers9'"), "did you mean 'kmers"));
  CHECK(holds(l2g("tokenizer 'kmers'"), "unknown kind 'kmers'"));
  CHECK(holds(l2g("tokenizer '/nowhere/x.json'"), "no such file"));
  CHECK(holds(l2g("x = tokens(s, 'kmers6');\nx.tokens_per_base"), "0.5"));
  CHECK(holds(l2g("tokens(d, 'kmers3', {max_tokens = 6})"), "120 of 120 sequences are cut and lose"));
  CHECK(holds(l2g("decode('nt2', {99999})"), "id 99999 of a vocabulary"));
}

TEST_CASE("byte pair encoding is learnt merge by merge") {
  Lesson l2g;
  const std::string told = l2g("t = train_tokenizer({'AACTCGAAACTCGAAAC'}, {merges = 3})");
  CHECK(holds(told, "merge 1: "));
  CHECK(l2g("#t.merges") == "3");
  CHECK(holds(l2g("show_tokens(t, 'AACTCGAA')"), "bases 1 to"));
  CHECK(l2g("save_tokenizer(t, HERE .. 'learnt')") == "");
  CHECK(l2g("u = tokenizer(HERE .. 'learnt');\nencode(u, 'AACTCGA')[2] == encode(t, 'AACTCGA')[2]") == "true");
  // A token across the boundary of the prompt is marked, as is an English word.
  l2g.does("p = train_tokenizer({'xA xA xA CAT CAT CAT'}, {merges = 4, byte_level = true, watch = 0})");
  CHECK(holds(l2g("show_tokens(p, 'AC', {prefix = 'x'})"), "fused with the prefix"));
  CHECK(holds(l2g("show_tokens(p, 'CAT')"), "an English word, too"));
}

TEST_CASE("a language model is loaded, described and saved") {
  Lesson l2g;
  const std::string told = l2g("lm = load(HERE .. 'bert')");
  CHECK(holds(told, "BERT: 2 layers x 16, 61 words"));
  CHECK(holds(told, "read in place"));
  CHECK(holds(told, "tokenizer: characters, 10 entries"));
  CHECK(l2g("lm.layers, lm.width, lm.heads, lm.vocabulary, lm.max_tokens, lm.causal") == "2\n16\n4\n61\n12\nfalse");
  CHECK(holds(l2g("lm.tokenizer"), "bert: characters"));
  CHECK(l2g("save(lm, HERE .. 'saved')") == "");
  CHECK(holds(l2g("again = load(HERE .. 'saved')"), "BERT: 2 layers"));
  CHECK(l2g("embed(again, s.dev)[1][3] == embed(lm, s.dev)[1][3]") == "true");
  CHECK(holds(l2g("load(HERE .. 'bert_classifier')"), "the head of a classifier"));
  std::filesystem::remove(l2g.folder / "bert/tokenizer_config.json");
  CHECK(holds(l2g("embed(HERE .. 'bert', s.dev)"), "no tokenizer beside"));
  CHECK(holds(l2g("load{HERE .. 'bert', tokenizer = 'x/y.json'}"), "no such file"));
  CHECK(holds(l2g("load{HERE .. 'bert', tokenizer = HERE .. 'gpt2/tokenizer_config.json'}"), "characters"));
  CHECK(holds(l2g("load{HERE .. 'rows.csv', tokenizer = 'x'}"), "goes with a language model"));
}

TEST_CASE("hidden states, attention, words, text, cost and probes of a language model") {
  Lesson l2g;
  l2g.does("bert = load(HERE .. 'bert');\ngpt = load(HERE .. 'gpt2');");
  CHECK(holds(l2g("e = embed(bert, s, {layer = 1, pooling = 'max'});\ne"), "vectors of width 16 from layer 1"));
  CHECK(l2g("#e == s.train.rows, e.width") == "true\n16");
  CHECK(holds(l2g("plot(e)"), "Embeddings of"));
  CHECK(l2g("embed(bert, s, {layer = 1, pooling = 'max'})[2][1] == e[2][1]") == "true");  // from disk
  CHECK(holds(l2g("embed(bert, s, {layer = 3})"), "layers 0 (embeddings) to 2"));
  CHECK(holds(l2g("hidden(bert, string.rep('ACGT', 20))"),
              "note: 1 of 1 texts is longer than the 12 tokens that the model takes; the end was not seen"));
  CHECK(holds(l2g("embed(bert, {'ACGT', string.rep('ACGT', 20), string.rep('AC', 20)})"), "note: 2 of 3 texts are"));
  CHECK(!holds(l2g("attention(bert, string.rep('ACGT', 20), {max_tokens = 8})"), "note:"));
  CHECK(l2g("h = hidden(bert, 'ACGT', {layer = 0});\n#h, #h[1]") == "4\n16");
  CHECK(l2g("m = attention(bert, 'ACGT', {layer = 2, head = 1});\n#m") == "4");
  CHECK(l2g("x = 0 for _, p in ipairs(m[1]) do x = x + p end return math.abs(x - 1) < 1e-5") == "true");
  CHECK(holds(l2g("plot(m)"), "attention of layer 2, head 1"));
  CHECK(l2g("plot(m, {file = HERE .. 'map.svg'})") == "");
  CHECK(holds(l2g("attention(bert, 'AC', {layer = 0})"), "counted from 1"));
  CHECK(l2g("f = fill_mask(bert, 'AC<mask>T', {top = 3});\n#f, #f[1]") == "1\n3");
  CHECK(
      l2g("f = fill_mask(bert, '<mask>C<mask>T', {top = 2});\n#f, #f[2], f[1][1].probability >= f[1][2].probability") ==
      "2\n2\ntrue");
  CHECK(holds(l2g("fill_mask(gpt, 'AC<mask>T')"), "left to right"));
  CHECK(holds(l2g("fill_mask(bert, string.rep('A', 40) .. '<mask>')"), "stands behind them"));
  CHECK(l2g("p = perplexity(gpt, HERE .. 'text.txt');\np.causal, p.tokens > 40") == "true\ntrue");
  CHECK(l2g("perplexity(bert, HERE .. 'text.txt').causal") == "false");
  CHECK(l2g("generate(gpt, 'ACG', {tokens = 4}) == generate(gpt, 'ACG', {tokens = 4})") == "true");
  CHECK(l2g("generate(gpt, 'A', {temperature = 1, seed = 3}) == generate(gpt, 'A', {temperature = 1, seed = 3})") ==
        "true");
  CHECK(holds(l2g("generate(bert, 'A')"), "fill_mask"));
  CHECK(l2g("c = cost(bert, 12);\nc.attention_share > 0 and c.attention_share < 1") == "true");
  CHECK(holds(l2g("c"), "% of them in scores and sums of attention"));
  CHECK(holds(l2g("cost(bert, 13)"), "positions for 12"));
  CHECK(l2g("r = pretrain(gpt, HERE .. 'text.txt', {steps = 30, rate = 1e-2, batch = 2});\nr.steps") == "30");
  CHECK(l2g("perplexity(gpt, HERE .. 'text.txt').bits < p.bits") == "true");
  CHECK(holds(l2g("q = probe(bert, s, {C = {1}});\nq"), "<- best on dev"));
  CHECK(l2g("#q, #q.control_mcc") == "3\n3");
  CHECK(holds(l2g("plot(q)"), "layer 2"));
}

TEST_CASE("classifiers on a language model are built, trained, saved and refused") {
  Lesson l2g;
  l2g.does("lm = load(HERE .. 'bert');");
  CHECK(holds(l2g("m = build(s, {kind = 'lm', language_model = lm, pooling = 'mean'})"), "10 tokens"));
  CHECK(l2g("train(m, s, {steps = 12, batch = 16, rate = 1e-2, tune = 'head'}).steps") == "12");
  CHECK(l2g("save(m, HERE .. 'm.l2g')") == "");
  CHECK(l2g("n = load(HERE .. 'm.l2g');\npredict(n, s.test)[1][1] == predict(m, s.test)[1][1]") == "true");
  CHECK(holds(l2g("train(m, s, {shift = 1, steps = 1})"), "cannot be shifted"));
  CHECK(l2g("m = build(s, {kind = 'lm', language_model = lm, head = 'published'});\ntrain(m, s, {steps = 2}).steps") ==
        "2");
  CHECK(holds(l2g("build(s, {kind = 'lm', language_model = lm, head = 'published', body_layers = 1})"), "linear"));
  for (const char* input : {"one_hot_rows", "lingo_rows"})
    CHECK(l2g(std::string("m = build(s, {kind = 'lm', language_model = lm, input = '") + input +
              "'});\ntrain(m, s, {steps = 2}).steps") == "2");
  CHECK(holds(l2g("build(s, {kind = 'lm', language_model = lm, input = 'one_hot_rows', prefix = 'A'})"), "prompt"));
  CHECK(holds(l2g("m = build(s, {kind = 'lm', language_model = lm, max_tokens = 6})"),
              "rows are longer than 6 tokens and lose"));
  CHECK(holds(l2g("build(s, {kind = 'lm'})"), "LanguageModel"));
  // An embedder below a published body, aligned with text that its embeddings make.
  l2g.does("t = text(HERE .. 'text.txt', {language_model = HERE .. 'opt', tokens = 40});");
  CHECK(l2g("t.width") == "16");
  CHECK(l2g("m = build(s, {kind = 'l2g', language_model = HERE .. 'opt', channels = 8, tokens = 4});\n"
            "align(m, s, {text = t, steps = 4, batch = 16}).steps") == "4");
  CHECK(l2g("train(m, s, {steps = 3, batch = 16}).steps") == "3");
  CHECK(holds(l2g("align(build(s, {kind = 'lm', language_model = lm}), s, {text = t})"), "reads tokens"));
}

TEST_CASE("the shipped masked model is opened by its name") {
  Lesson l2g;
  // By its name wherever the program was built or installed, or by its path, which needs no ending.
  CHECK(holds(l2g("by_name = load 'byte-roberta'"), "RoBERTa: 4 layers x 128, 260 words"));
  CHECK(holds(l2g("small = load 'small-opt'"), "OPT"));
  CHECK(holds(l2g("lm = load 'examples/language_model/byte-roberta'"), "RoBERTa: 4 layers x 128, 260 words"));
  CHECK(l2g("fill_mask(lm, 'The Rabbit hurr<mask>ed on')[1][1].text") == "\"i\"");
  CHECK(l2g("#hidden(lm, 'ACGT', {layer = 2})") == "6");
  CHECK(l2g("perplexity(lm, 'It was the best of times, it was the worst of times').bits < 4") == "true");
  CHECK(l2g("a = load 'examples/language_model/byte-roberta.safetensors';\na.parameters == lm.parameters") == "true");
  CHECK(holds(l2g("load('examples/language_model/byte-roberta', {tokenizer = 'x'})"), "reads bytes"));
  // The transfer takes the encoder as it was trained, by name, by path and when nothing is said.
  CHECK(l2g("p = 'examples/language_model/byte-roberta'; a = build(s, {kind = 'l2g', language_model = p .. "
            "'.safetensors'}); b = build(s, {kind = 'l2g', language_model = p});\n"
            "table.concat(a.keys) == table.concat(b.keys), drift(a, b).different") == "true\n0");
}

TEST_CASE("a model that was built on a language model has one inside") {
  Lesson l2g;
  l2g.does("lm = load(HERE .. 'bert'); m = build(s, {kind = 'lm', language_model = lm, pooling = 'mean'});");
  l2g.does("function bits(x) return perplexity(x, HERE .. 'text.txt').bits end");
  CHECK(l2g("bits(m) == bits(lm), bits(language_model(m)) == bits(lm)") == "true\ntrue");
  l2g.does("before = copy(m); train(m, s, {steps = 3, batch = 16, rate = 1e-2, tune = 'all'});");
  CHECK(l2g("bits(m) ~= bits(lm), bits(m) == m:perplexity(HERE .. 'text.txt').bits") == "true\ntrue");
  CHECK(l2g("d = drift(m, before);\nd.different > 0, d.different <= d.tensors") == "true\ntrue");
  CHECK(l2g("save(language_model(m), HERE .. 'tuned');\nbits(load(HERE .. 'tuned')) == bits(m)") == "true");
  // From a file the head comes from the model's path, or from what is given.
  l2g.does("save(m, HERE .. 'm.l2g'); n = load(HERE .. 'm.l2g');");
  CHECK(l2g("bits(n) == bits(m)") == "true");
  std::filesystem::rename(l2g.folder / "bert", l2g.folder / "moved");
  CHECK(l2g("bits(m) == bits(load(HERE .. 'tuned'))") == "true");
  CHECK(holds(l2g("bits(load(HERE .. 'm.l2g'))"), "base = load(folder)"));
  CHECK(l2g("bits(language_model(load(HERE .. 'm.l2g'), {base = HERE .. 'moved'})) == bits(m)") == "true");
  CHECK(holds(l2g("perplexity(build(s), 'ACGT')"), "was not built on a language model"));
}

TEST_CASE("a model is saved under the words that load knows") {
  Lesson l2g;
  l2g.does("m = build(s, {channels = 8}); p = function(x) return predict(x, s.dev)[1][1] end");
  const auto back = [&](const std::string& saved, const std::string& loaded) {
    INFO(saved);
    const std::string told = l2g("save(m, HERE .. '" + saved + "')");
    CHECK(l2g("p(load(HERE .. '" + loaded + "')) == p(m)") == "true");
    return told;
  };
  CHECK(back("a.l2g", "a.l2g") == "");
  CHECK(back("b.safetensors", "b.safetensors") == "");
  CHECK(holds(back("c", "c"), "wrote " + l2g.folder / "c.l2g"));
  CHECK(holds(back("new/", "new"), "new/model.l2g"));
  CHECK(holds(back("new", "new/model.l2g"), "new/model.l2g"));
  CHECK(holds(back("rows.d/", "rows.d/"), "rows.d/model.l2g"));
  CHECK(holds(l2g("save(m, HERE .. 'x.txt')"), "x.l2g\")"));
  CHECK(holds(l2g("save(m, '')"), "where to?"));
  l2g.does("lm = load(HERE .. 'bert');");
  CHECK(holds(l2g("save(lm, HERE .. 'y.l2g')"), "is a folder of files"));
  CHECK(holds(l2g("save(lm, HERE .. 'rows.csv')"), "is a file"));
}

TEST_CASE("letters of a text are called letters") {
  Lesson l2g;
  CHECK(l2g("t = show_tokens('characters', 'CAT');\nt[2].remark") == "\"base 2\"");
  CHECK(l2g("t = show_tokens('bytes', '\xc3\xa9t');\nt[3].remark, t[4].remark, t[4].first") ==
        "\"letter 1\"\n\"letter 2\"\n2");
  CHECK(holds(l2g("tokens({'the cat', 'sat'}, 'bytes')"), "tokens of 10 letters (1.000 tokens per letter)"));
  CHECK(holds(l2g("tokens({'ACGT', 'NNac'}, 'bytes')"), "tokens of 8 bases (1.000 tokens per base)"));
}

TEST_CASE("vectors of words are learnt, compared and drawn") {
  Lesson l2g;
  l2g.does("v = skip_gram(d, {k = 2, width = 8, epochs = 2});");
  CHECK(l2g("#v, v.width, #v[1], #v.words") == "16\n8\n8\n16");
  CHECK(holds(l2g("v"), "16 words x 8, loss"));
  CHECK(l2g("n = v:neighbours('AA', {top = 3});\n#n, n[1].cosine >= n[2].cosine") == "3\ntrue");
  CHECK(l2g("skip_gram(d, {k = 2, width = 8, epochs = 2}):vector('AC')[3] == v:vector('AC')[3]") == "true");
  CHECK(holds(l2g("v:vector('AX')"), "did you mean"));
  CHECK(holds(l2g("plot(v)"), "Cosines of the words"));
  CHECK(l2g("w = skip_gram({'the cat sat', 'the dog sat'}, {epochs = 1});\nw.words[1], #w") == "\"the\"\n4");
  CHECK(holds(l2g("skip_gram({'the cat'}, {k = 3})"), "k is for DNA"));
}

TEST_CASE("verbs of language models and tokenizers are their methods, too") {
  Lesson l2g;
  l2g.does("lm = load(HERE .. 'bert');");
  CHECK(l2g("#lm:embed(s.dev)") == "18");
  CHECK(l2g("#lm:encode('ACGT')") == "4");
  CHECK(l2g("t = tokenizer 'kmers3';\nt:encode('ATCG')[2]") == "11");
  CHECK(l2g("m = build(s, {channels = 8}); train(m, s, {steps = 1});\ne = embed(m, s.dev, {pooling = 'max'});\n#e, "
            "e.layer") == "18\n-1");
}

TEST_CASE("DNA that a vocabulary of words does not know is refused with the remedy") {
  Lesson l2g;
  std::filesystem::copy("tests/goldens/models/bert", l2g.folder / "words");
  l2g.folder.file("words/vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\ncat\n");
  l2g.does("lm = load(HERE .. 'words');");
  CHECK(holds(l2g("tokens(d, lm)"), "makes a single unknown token of its 10 letters; take a tokenizer of k-mers"));
  CHECK(holds(l2g("embed(lm, d)"), "sequence 1: the WordPiece vocabulary"));
  CHECK(holds(l2g("build(s, {kind = 'lm', language_model = lm})"), "input = \"one_hot_rows\""));
  CHECK(l2g("build(s, {kind = 'lm', language_model = lm, input = 'one_hot_rows'}).length") == "12");
}
