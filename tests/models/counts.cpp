#include <l2g/models/bert.hpp>
#include <l2g/models/distilbert.hpp>
#include <l2g/models/dnabert2.hpp>
#include <l2g/models/gpt2.hpp>
#include <l2g/models/llama.hpp>
#include <l2g/models/nucleotide_transformer.hpp>
#include <l2g/models/opt.hpp>
#include <l2g/models/roberta.hpp>

#include <catch2/catch.hpp>

using namespace l2g;

namespace {

template <class Model>
constexpr index_t numbers = measure(Model{}.template params<float, Cpu>()).elements;

constexpr index_t pooler(index_t width) { return width * (width + 1); }

// The published counts.
static_assert(numbers<Roberta<12, 768, 12, 3072>> == 124'055'040);
static_assert(numbers<Roberta<12, 768, 12, 3072>> + pooler(768) == 124'645'632);
static_assert(numbers<RobertaClassifier<2, 12, 768, 12, 3072>> == 124'055'040 + 592'130);
static_assert(numbers<Bert<12, 768, 12, 3072>> + pooler(768) == 109'482'240);
static_assert(numbers<Bert<12, 384, 12, 1536>> + pooler(384) == 33'360'000);
static_assert(numbers<BertPooler<6, 384, 12, 1536>> == 22'713'216);
static_assert(numbers<Dnabert<3>> + pooler(768) == 86'094'336);
static_assert(numbers<Dnabert<4>> + pooler(768) == 86'241'792);
static_assert(numbers<Dnabert<5>> + pooler(768) == 86'831'616);
static_assert(numbers<Dnabert<6>> + pooler(768) == 89'190'912);
static_assert(numbers<Dnabert2<12, 768, 12, 3072>> + pooler(768) == 117'068'544);
static_assert(numbers<DistilBert<6, 768, 12, 3072>> == 66'362'880);
static_assert(numbers<Opt<12, 768, 12, 3072>> == 125'239'296);
static_assert(numbers<OptLanguageModel<12, 768, 12, 3072>> == 125'239'296);
static_assert(numbers<OptPostNorm<24, 1024, 512, 16, 4096>> == 331'196'416);
static_assert(numbers<Gpt2<12, 768, 12>> == 124'439'808);
static_assert(numbers<Gpt2<24, 1024, 16>> == 354'823'168);
static_assert(numbers<NucleotideTransformer<24, 1280, 20, 5120>> == 478'798'080);
static_assert(numbers<NucleotideTransformerLanguageModel<24, 1280, 20, 5120>> == 485'698'825);
static_assert(numbers<NucleotideTransformerClassifier<2, 24, 1280, 20, 5120>> == 478'798'080 + 1'642'242);
static_assert(numbers<NucleotideTransformer<32, 2560, 20, 10240>> == 2'530'726'400);
static_assert(numbers<NucleotideTransformer2<12, 512, 16, 2048>> == 52'484'608);
static_assert(numbers<NucleotideTransformer2LanguageModel<12, 512, 16, 2048>> == 54'855'179);
static_assert(numbers<NucleotideTransformer2<22, 512, 16, 2048>> == 94'468'608);
static_assert(numbers<NucleotideTransformer2LanguageModel<22, 512, 16, 2048>> == 96'839'179);
static_assert(numbers<NucleotideTransformer2<24, 768, 16, 3072>> == 229'795'584);
static_assert(numbers<NucleotideTransformer2LanguageModel<24, 768, 16, 3072>> == 233'545'995);
static_assert(numbers<NucleotideTransformer2<29, 1024, 16, 4096>> == 490'984'448);
static_assert(numbers<NucleotideTransformer2LanguageModel<29, 1024, 16, 4096>> == 496'245'771);

}  // namespace

TEST_CASE("a misfit of a body is found before anything runs: its shapes are types") {
  using Model = RobertaClassifier<3, 2, 16, 4, 24, 61, 14, 0>;
  const auto out = Model{}.out(Shape<batch, length, 1>{2, 9, 1});
  CHECK((out[0] == 2 && out[1] == 1 && out[2] == 3));
  CHECK_THROWS_AS((Model{}.out(Shape<batch, length, 1>{2, 15, 1})), std::exception);
}
