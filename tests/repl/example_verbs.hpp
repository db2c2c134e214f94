#pragma once
// A small registry with one type and some verbs, and a session that keeps what it says.
#include <session.hpp>

namespace l2g::repl {

struct Box {
  index_t size = 1;
};

struct Crate {
  Box first, second;
};

inline Registry example_registry() {
  Registry registry;
  registry.type<Box>("Box", "holds things")
      .summary([](const Box& b) { return "Box of size " + std::to_string(b.size); })
      .bytes([](const Box& b) { return b.size; })
      .length([](const Box& b) { return b.size; })
      .item([](const Box&, index_t i) { return 10 * i; })
      .field("size", "how many things", [](const Box& b) { return b.size; });
  registry.type<Crate>("Crate", "two boxes")
      .summary([](const Crate&) { return "Crate"; })
      .details([](const Crate&) { return "a crate\nwith two boxes\n"; })
      .part("first", "the first box", &Crate::first)
      .part("second", "the second box", &Crate::second);
  registry.add({.name = "box",
                .group = "boxes",
                .doc = "Makes a box.",
                .parameters = {integer("size", "how many things").between(1, 100).by_default(1),
                               text("colour", "of the box").one_of({"red", "green"}).by_default("red")},
                .run = [](const Arguments& a, Shell&) { return make_object<Box>(Box{a.integer("size")}); }});
  registry.add({.name = "crate",
                .group = "boxes",
                .doc = "Makes a crate.",
                .parameters = {},
                .run = [](const Arguments&, Shell&) {
                  return make_object<Crate>(Crate{{3}, {4}});
                }});
  registry.add({.name = "fill",
                .group = "boxes",
                .doc = "Fills a box.",
                .parameters = {value_of({"Box"}, "box", "what to fill"),
                               number("share", "how full").between(0, 1).by_default(0.5),
                               flag("wet", "with water").by_default(false), list("things", "what goes in").optional()},
                .run =
                    [](const Arguments& a, Shell&) {
                      std::string s = typed_form(a.number("share")) + (a.flag("wet") ? " wet" : " dry");
                      if (a.has("things"))
                        for (const double x : a.numbers("things")) s += " " + typed_form(x);
                      return Value(s + " in " + std::to_string(a.object<Box>("box")->size));
                    },
                .example = "fill(box())"});
  registry.add(
      {.name = "read",
       .group = "files",
       .doc = "Reads a file.",
       .parameters = {file("path", "the file"), text("label", "a column").optional()},
       .run = [](const Arguments& a, Shell&) { return Value(a.text("path") + ":" + a.text_or("label", "-")); }});
  registry.add({.name = "draw.line",
                .group = "pictures",
                .doc = "Draws a line.",
                .parameters = {},
                .run = [](const Arguments&, Shell&) { return Value("line"); }});
  registry.add({.name = "hello",
                .group = "files",
                .doc = "Greets.",
                .parameters = {},
                .run = [](const Arguments&, Shell&) { return Value("hello"); },
                .alone = true});
  registry.add({.name = "work",
                .group = "files",
                .doc = "Works until it is stopped.",
                .parameters = {},
                .run = [](const Arguments&, Shell&) {
                  request_interrupt();
                  throw_if_interrupted("stopped at step 3; the model keeps its weights");
                  return Value();
                }});
  return registry;
}

struct Listener : Session {
  explicit Listener(const Registry& verbs) : Session(verbs, {}) {}
  void say(std::string_view text) override { said += std::string(text) + "\n"; }
  /// What a cell says, or its error.
  std::string operator()(std::string_view text) {
    said.clear();
    const Outcome outcome = cell(text);
    status = outcome.status;
    if (outcome.status != Outcome::done) return outcome.message;
    while (said.ends_with('\n')) said.pop_back();
    return said;
  }
  std::string said;
  Outcome::Status status = Outcome::done;
};

}  // namespace l2g::repl
