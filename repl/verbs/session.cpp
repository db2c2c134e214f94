// help and who: what there is.
#include "display.hpp"
#include "help.hpp"
#include "shell.hpp"
#include "verbs.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace l2g::repl {
namespace {

Value help(const Arguments& arguments, Shell& shell) {
  shell.say(arguments.has("topic") ? help_on(shell.registry, arguments.value("topic"), window_width())
                                   : help_overview(shell.registry, window_width()));
  return {};
}

Value who(const Arguments&, Shell& shell) {
  const auto variables = shell.variables();
  if (variables.empty()) return shell.say("no variables yet"), Value{};
  std::size_t name = 0, type = 0;
  for (const auto& v : variables) name = std::max(name, columns(v.name)), type = std::max(type, columns(v.type));
  for (const auto& v : variables)
    shell.say(fitted(fmt::format("  {:<{}}  {:<{}}  {:>9}  {}", v.name, name, v.type, type,
                                 v.bytes ? bytes_in_words(v.bytes) : "", v.summary.substr(0, v.summary.find('\n'))),
                     window_width()));
  return {};
}

}  // namespace

void register_session_verbs(Registry& registry) {
  registry.add({.name = "help",
                .group = "session",
                .doc = "Shows all verbs, or what one verb, type or value is.",
                .parameters = {any("topic", "a name in quotes, a verb or any value").with(Completes::verb).optional()},
                .run = help,
                .help = "At the prompt, load? and help load are short for help \"load\".",
                .example = "help\nhelp \"load\"\nload?",
                .alone = true});
  registry.add({.name = "who",
                .group = "session",
                .doc = "Lists the variables of the session: name, type, memory, summary.",
                .parameters = {},
                .run = who,
                .example = "who",
                .alone = true});
}

}  // namespace l2g::repl
