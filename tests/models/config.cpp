#include "sample_data.hpp"

#include <l2g/core/errors.hpp>
#include <l2g/models/config.hpp>
#include <l2g/models/cost.hpp>
#include <l2g/models/keys.hpp>

#include <catch2/catch.hpp>

using namespace l2g;
using models::Architecture;
using models::Config;

namespace {

Config golden(const std::string& name) { return models::load_config("tests/goldens/models/" + name); }

/// The published configurations of spec sections 15.1 to 15.7, as far as they decide sizes.
Config encoder(const std::string& type, index_t vocabulary, index_t width, index_t layers, index_t heads,
               const std::string& more) {
  return models::parse_config(R"({"model_type": ")" + type + R"(", "vocab_size": )" + std::to_string(vocabulary) +
                                  R"(, "hidden_size": )" + std::to_string(width) + R"(, "num_hidden_layers": )" +
                                  std::to_string(layers) + R"(, "num_attention_heads": )" + std::to_string(heads) +
                                  ", " + more + "}",
                              "config.json");
}

std::string fault(const std::string& text) {
  try {
    models::parse_config(text, "config.json");
  } catch (const file_error& e) {
    CHECK(std::string_view(e.what()).find('\n') == std::string_view::npos);
    return e.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("parameters of the published models follow from their configurations") {
  const auto roberta = encoder("roberta", 50'265, 768, 12, 12,
                               R"("intermediate_size": 3072, "max_position_embeddings": 514, "type_vocab_size": 1)");
  CHECK(models::body_parameters(roberta) == 124'055'040);
  CHECK(models::body_parameters(roberta) + 768 * 769 == 124'645'632);
  CHECK(roberta.length == 512);
  const std::string bert = R"("max_position_embeddings": 512, "intermediate_size": )";
  const auto with_pooler = [](const Config& c) { return models::body_parameters(c) + c.width * (c.width + 1); };
  CHECK(with_pooler(encoder("bert", 30'522, 768, 12, 12, bert + "3072")) == 109'482'240);
  CHECK(with_pooler(encoder("bert", 30'522, 384, 12, 12, bert + "1536")) == 33'360'000);
  CHECK(with_pooler(encoder("bert", 30'522, 384, 6, 12, bert + "1536")) == 22'713'216);
  const index_t dnabert[] = {86'094'336, 86'241'792, 86'831'616, 89'190'912};
  for (index_t k = 3; k <= 6; ++k) {
    const Config c = encoder("bert", (index_t(1) << (2 * k)) + 5, 768, 12, 12, bert + "3072");
    CHECK(with_pooler(c) == dnabert[k - 3]);
    CHECK(models::title_of(c) == "DNABERT-" + std::to_string(k));
  }
  CHECK(with_pooler(encoder("bert", 4096, 768, 12, 12, R"("intermediate_size": 3072, "alibi_starting_size": 512)")) ==
        117'068'544);
  const std::string opt = R"("dropout": 0.1, "max_position_embeddings": 2048, "ffn_dim": )";
  CHECK(models::body_parameters(encoder("opt", 50'272, 768, 12, 12, opt + "3072")) == 125'239'296);
  CHECK(models::body_parameters(encoder("opt", 50'272, 1024, 24, 16,
                                        opt + R"(4096, "do_layer_norm_before": false, "word_embed_proj_dim": 512)")) ==
        331'196'416);
  const auto gpt2 = [](index_t width, index_t layers, index_t heads) {
    return models::body_parameters(models::parse_config(
        R"({"model_type": "gpt2", "vocab_size": 50257, "n_positions": 1024, "n_embd": )" + std::to_string(width) +
            R"(, "n_layer": )" + std::to_string(layers) + R"(, "n_head": )" + std::to_string(heads) + "}",
        "config.json"));
  };
  CHECK(gpt2(768, 12, 12) == 124'439'808);
  CHECK(gpt2(1024, 24, 16) == 354'823'168);
  const std::string nt = R"("pad_token_id": 1, "mask_token_id": 2, "token_dropout": true, "tie_word_embeddings": false,
                            "max_position_embeddings": 1002, "intermediate_size": )";
  const auto with_head = [](const Config& c) { return models::cost(c, 10, models::Task::language_model).parameters; };
  const auto nt500 = encoder("esm", 4105, 1280, 24, 20, nt + "5120");
  CHECK(models::body_parameters(nt500) == 478'798'080);
  CHECK(with_head(nt500) == 485'698'825);
  CHECK(models::body_parameters(encoder("esm", 4105, 2560, 32, 20, nt + "10240")) == 2'530'726'400);
  const std::string v2 = R"("position_embedding_type": "rotary", "tie_word_embeddings": false, "add_bias_fnn": false,
                            "intermediate_size": )";
  const struct {
    index_t width, layers, heads, hidden, body, all;
  } sizes[] = {{512, 12, 16, 2048, 52'484'608, 54'855'179},
               {512, 22, 16, 2048, 94'468'608, 96'839'179},
               {768, 24, 16, 3072, 229'795'584, 233'545'995},
               {1024, 29, 16, 4096, 490'984'448, 496'245'771}};
  for (const auto& s : sizes) {
    const Config c = encoder("esm", 4107, s.width, s.layers, s.heads, v2 + std::to_string(s.hidden));
    CHECK(models::body_parameters(c) == s.body);
    CHECK(with_head(c) == s.all);
    CHECK(models::title_of(c) == "Nucleotide Transformer v2");
  }
  // Head of RoBERTa-base for two classes: 592,130 numbers; of NT-500M: 1,642,242.
  const auto head = [](const Config& c) {
    return models::cost(c, 10, models::Task::classifier, 2).parameters - models::body_parameters(c);
  };
  CHECK(head(roberta) == 592'130);
  CHECK(head(nt500) == 1'642'242);
}

TEST_CASE("cost of a sequence by its definition") {
  const Config c = golden("llama");
  // Width 16, two key heads of four: 16x16 + 2 x 16x8 + 16x16 + 3 x 16x24 weights in each of two blocks.
  const double block = 256 + 2 * 128 + 256 + 3 * 384;
  const models::Cost cost = models::cost(c, 10);
  CHECK(cost.forward == 10 * 2 * block + 2 * 2 * 100 * 16);
  CHECK(cost.attention_share == Approx(6400 / cost.forward));
  CHECK(cost.training == 3 * cost.forward);
  CHECK(cost.training_frozen == 2 * cost.forward);
  CHECK(models::cost(c, 10, models::Task::language_model).forward == cost.forward + 10 * 16 * 61);
  CHECK(cost.tables == 61 * 16);
}

TEST_CASE("configurations as transformers writes them") {
  const Config r = golden("roberta");
  CHECK(r.architecture == Architecture::roberta);
  CHECK((r.vocabulary == 61 && r.width == 16 && r.layers == 2 && r.heads == 4 && r.hidden == 24));
  CHECK((r.offset == 2 && r.length == 14 && r.segments == 1 && r.eps_digits == 5 && r.pad == 1));
  CHECK(r.labels == std::vector<std::string>{"LABEL_0", "LABEL_1", "LABEL_2"});
  const Config b = golden("bert");
  CHECK((b.offset == 0 && b.length == 12 && b.segments == 2 && b.eps_digits == 12 && !b.pre_norm));
  const Config d = golden("distilbert");
  CHECK((d.segments == 0 && d.width == 16 && d.hidden == 24 && d.length == 12));
  const Config o = golden("opt_post_norm");
  CHECK((!o.pre_norm && !o.final_norm && o.word_width == 8 && o.causal && o.activation == Activation::relu));
  const Config g = golden("gpt2");
  CHECK((g.activation == Activation::gelu_tanh && g.pre_norm && g.hidden == 24 && g.length == 12));
  const Config n = golden("nucleotide_transformer_v1");
  CHECK((n.token_dropout && n.mask == 2 && !n.tied_head && n.offset == 2 && n.positions == models::Positions::learned));
  const Config v = golden("nucleotide_transformer_v2");
  CHECK((v.gated && !v.feed_forward_bias && v.attention_bias && v.positions == models::Positions::rotary));
  CHECK(golden("esm2").tied_head);
  const Config l = golden("llama");
  CHECK((l.key_value_heads == 2 && l.rms_norm && l.eps_digits == 6 && !l.attention_bias && l.rotary_base == 10'000));
  const Config x = golden("dnabert2");
  CHECK((x.architecture == Architecture::dnabert2 && x.positions == models::Positions::alibi && x.gated));
  CHECK((x.down_bias && !x.feed_forward_bias));
}

TEST_CASE("the shipped MiniLM's configuration") {
  REQUIRE_SAMPLE(folder, "lm_weights/minilm");
  const Config c = models::load_config(folder);
  CHECK(models::body_parameters(c) + 384 * 385 == 22'713'216);
  CHECK(models::title_of(c) == "BERT");
}

TEST_CASE("a configuration that is saved says the same again") {
  for (const char* name : {"roberta", "dnabert2", "nucleotide_transformer_v2", "opt", "llama"}) {
    Config c = golden(name);
    c.labels = {"no", "yes"};
    const Config back = models::parse_config(models::config_json(c), "config.json");
    CHECK(back.labels == c.labels);
    CHECK(back.width == c.width);
    CHECK(back.classes == c.classes);
    CHECK(back.gated == c.gated);
  }
}

TEST_CASE("configurations that make no sense are refused in one line") {
  const std::string sizes = R"("vocab_size": 60, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4)";
  CHECK_THAT(fault(R"({"model_type": "bart"})"), Catch::StartsWith("config.json: unknown model 'bart' (did you mean "
                                                                   "'bert'?); supported are bert (BERT, MiniLM"));
  CHECK_THAT(fault(R"({"vocab_size": 60})"), Catch::Contains("the field 'model_type' is missing; supported are"));
  CHECK_THAT(fault("{\n  \"model_type\": bert}"), Catch::Contains("config.json:2:17: this is no JSON"));
  CHECK_THAT(fault("[1]"), Catch::Contains("is an object in braces"));
  CHECK_THAT(fault(R"({"model_type": "bert", "hidden_size": 16})"), Catch::Contains("'vocab_size' is missing"));
  CHECK_THAT(fault(R"({"model_type": "bert", "vocab_size": -4})"),
             Catch::Contains("'vocab_size' is -4; a whole number from 1 to 16777216 was expected"));
  CHECK_THAT(fault(R"({"model_type": "bert", "vocab_size": 1e300})"), Catch::Contains("'vocab_size' is 1e+300"));
  CHECK_THAT(fault(R"({"model_type": "bert", "vocab_size": 18446744073709551615})"),
             Catch::Contains("'vocab_size' is"));
  CHECK_THAT(fault(R"({"model_type": "bert", "vocab_size": "60"})"), Catch::Contains("'vocab_size' is \"60\""));
  CHECK_THAT(fault(R"({"model_type": "bert", "vocab_size": 60, "hidden_size": 16, "num_hidden_layers": 2,
                       "num_attention_heads": 3})"),
             Catch::Contains("'num_attention_heads' is 3, which does not divide 'hidden_size' 16"));
  const auto bert = [&](const std::string& more) {
    return fault(R"({"model_type": "bert", )" + sizes + R"(, "max_position_embeddings": 12, )" + more + "}");
  };
  CHECK_THAT(bert(R"("hidden_act": "gelo")"), Catch::Contains("unknown activation 'gelo' (did you mean 'gelu'?)"));
  CHECK_THAT(bert(R"("layer_norm_eps": 2e-5)"), Catch::Contains("a power of ten from 1e-30 to 0.1 was expected"));
  CHECK_THAT(bert(R"("hidden_dropout_prob": 1)"), Catch::Contains("'hidden_dropout_prob' is 1; a number from 0"));
  CHECK_THAT(bert(R"("position_embedding_type": "relative_key")"), Catch::Contains("\"absolute\" is"));
  CHECK_THAT(bert(R"("is_decoder": true)"), Catch::Contains("'is_decoder' is true, which is not supported; false is"));
  CHECK_THAT(bert(R"("id2label": {"0": "a", "2": "b"})"), Catch::Contains("must name the classes \"0\" to \"1\""));
  CHECK_THAT(fault(R"({"model_type": "llama", "rope_scaling": {"rope_type": "yarn"}, )" + sizes + "}"),
             Catch::Contains("'rope_type' is \"yarn\", which is not supported"));
  CHECK_THROWS_WITH(models::load_config("tests/goldens"), Catch::Contains("no config.json in this folder"));
}

TEST_CASE("names of tensors, both ways from one table") {
  const auto& bert = models::key_table(golden("bert"));
  const auto query = models::sources_of(bert, "encoder.1.attention.self.query.weight", bert.prefix);
  REQUIRE(query.size() == 2);
  CHECK(query[0].name == "bert.encoder.layer.1.attention.self.query.weight");
  const auto norm = models::sources_of(bert, "encoder.11.norm2.bias", "");
  CHECK(norm[0].name == "encoder.layer.11.output.LayerNorm.bias");
  CHECK(norm[1].name == "encoder.layer.11.output.LayerNorm.beta");
  CHECK(models::sources_of(bert, "transform.norm.weight", "bert.")[0].name ==
        "cls.predictions.transform.LayerNorm.weight");
  CHECK(models::sources_of(bert, "encoder.x.norm2.bias", "").empty());
  const auto& gpt2 = models::key_table(golden("gpt2"));
  const auto value = models::sources_of(gpt2, "encoder.0.attention.self.value.weight", gpt2.prefix);
  CHECK(value[0].name == "transformer.h.0.attn.c_attn.weight");
  CHECK((value[0].part == 2 && value[0].parts == 3 && value[0].transposed));
  CHECK(!models::sources_of(gpt2, "encoder.0.attention.self.value.bias", "")[0].transposed);
  CHECK(models::is_spare(gpt2, "h.3.attn.bias"));
  CHECK(!models::is_spare(gpt2, "h.3.attn.c_attn.bias"));
  CHECK(models::table_key("body.embeddings.words.weight") == "words.weight");
  CHECK(models::table_key("body.encoder.0.attention.self.query.base_layer.weight") ==
        "encoder.0.attention.self.query.weight");
}
