// The program l2g: the command line, and the prompt.
#include "completion.hpp"
#include "display.hpp"
#include "editor.hpp"
#include "help.hpp"
#include "session.hpp"
#include "verbs/verbs.hpp"

#include <CLI/CLI.hpp>

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace {

using namespace l2g::repl;

constexpr double worth_telling = 1.0;  // seconds after which the time of a cell is shown
constexpr int exit_failed = 1, exit_usage = 2, exit_interrupted = 130;

// Errors, in red on a terminal.
struct Complaints {
  bool colour;
  void operator()(const std::string& message) const {
    std::fflush(stdout);
    std::fprintf(stderr, colour ? "\033[31m%s\033[0m\n" : "%s\n", message.c_str());
  }
};

int exit_code(const Outcome& outcome, const Complaints& complain) {
  if (outcome.status == Outcome::failed || outcome.status == Outcome::interrupted) complain(outcome.message);
  if (std::fflush(stdout) != 0 || std::ferror(stdout)) {
    std::perror("l2g: standard output");
    return exit_failed;
  }
  return outcome.status == Outcome::failed        ? exit_failed
         : outcome.status == Outcome::interrupted ? exit_interrupted
                                                  : 0;
}

int prompt(Session& session, const Complaints& complain) {
  session.say("l2g " L2G_VERSION ": language models for genomes. Type help to see what there is, exit to leave.");
  Editor editor({[&](const std::string& cell) { return session.complete(cell); },
                 [&](const std::string& text) {
                   auto [start, found] = completion(session, text);
                   return std::pair(start, std::move(found));
                 }},
                history_path());
  while (const auto cell = editor.read("l2g> ", "...> ")) {
    const auto began = std::chrono::steady_clock::now();
    const Outcome outcome = session.cell(*cell);
    if (outcome.status == Outcome::leave) break;
    if (outcome.status != Outcome::done) complain(outcome.message);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    if (seconds > worth_telling) session.say("(" + duration_in_words(seconds) + ")");
    std::fflush(stdout);
  }
  return 0;
}

std::string standard_input() {
  std::string text;
  char block[1 << 16];
  for (std::size_t n = 0; (n = std::fread(block, 1, sizeof block, stdin)) > 0;) text.append(block, n);
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 1 << 16);  // a line of a long run is seen when it is written
  Settings settings;
  std::string code, prefix;
  bool no_colour = false, version = false, reference = false;
  CLI::App app("l2g: language models for genomes. Without a command it asks for one line at a time.", "l2g");
  app.add_option("-e", code, "Run this code, show its value and leave")->type_name("CODE");
  app.add_option("--seed", settings.seed, "Seed of everything random")->type_name("N")->capture_default_str();
  app.add_option("--threads", settings.threads, "Threads to use, 0: all there are")
      ->type_name("N")
      ->check(CLI::Range(0, 4096))
      ->capture_default_str();
  app.add_flag("--no-colour,--no-color", no_colour, "Print without colours");
  app.add_flag("--trace", settings.trace, "Show the calls that led to an error");
  app.add_option("--complete", prefix, "Print what would complete this text, and leave")->type_name("TEXT");
  app.add_flag("--manual", reference, "Print the reference of all verbs in Markdown, and leave");
  app.add_flag("--version", version, "Print the version, and leave");
  CLI::App* run = app.add_subcommand("run", "Run a Lua file; what follows its name is in the table arg");
  run->prefix_command();
  app.allow_extras();
  app.footer("Examples:\n  l2g\n  l2g -e '1 + 1'\n  l2g run script.lua data.csv\n  l2g < script.lua");
  try {
    app.parse(argc, argv);
    if (const auto extra = app.remaining(); !extra.empty()) {
      const bool option = extra[0].starts_with('-');
      std::vector<std::string> known{"run"};
      if (option)
        known = {"-e",         "--seed",   "--threads", "--no-colour", "--trace",
                 "--complete", "--manual", "--version", "--help"};
      throw l2g::error(l2g::unknown(option ? "option" : "command", extra[0], known) +
                       (extra[0].ends_with(".lua") ? "; to run a file: l2g run " + extra[0] : ""));
    }
  } catch (const CLI::CallForHelp&) {
    std::fputs(app.help().c_str(), stdout);
    return 0;
  } catch (const CLI::ParseError& e) {
    std::fprintf(stderr, "l2g: %s\n", e.what());
    return exit_usage;
  } catch (const l2g::error& e) {
    std::fprintf(stderr, "l2g: %s\n", e.what());
    return exit_usage;
  }
  if (version) return std::puts("l2g " L2G_VERSION), 0;

  Registry registry;
  register_all_verbs(registry);
  if (reference) return std::fputs(manual(registry).c_str(), stdout), 0;

  const std::vector<std::string> script = run->parsed() ? run->remaining() : std::vector<std::string>();
  if (run->parsed() && script.empty()) {
    std::fputs("l2g: run needs the name of a file: l2g run script.lua\n", stderr);
    return exit_usage;
  }
  const bool prefix_given = app.count("--complete") > 0, code_given = app.count("-e") > 0;
  settings.interactive = !run->parsed() && !code_given && !prefix_given && isatty(STDIN_FILENO);
  const bool colour = !no_colour && !std::getenv("NO_COLOR");
  settings.colour = colour && isatty(STDOUT_FILENO);
  const Complaints complaints{colour && isatty(STDERR_FILENO)};
  Session session(registry, settings);
  if (prefix_given) {
    for (const auto& s : completion(session, prefix).found) std::puts(s.c_str());
    return 0;
  }
  catch_interrupts(session);
  if (code_given) return exit_code(session.run(code, "-e"), complaints);
  if (run->parsed()) return exit_code(session.file(script[0], {script.begin() + 1, script.end()}), complaints);
  if (!settings.interactive) return exit_code(session.run(standard_input(), "stdin"), complaints);
  return prompt(session, complaints);
}
