#pragma once
// What the verbs that draw share.
#include "chart.hpp"
#include "shell.hpp"

namespace l2g::repl {

/// Draws an object of type Chart: to the file when one is named, else to the terminal.
Value draw(const Value& chart, const Arguments& arguments, Shell& shell);
/// Adds `plot.<name>` with the parameters of every picture: title (unless the chart has its own), file and scale.
void add_plot(Registry& registry, std::string name, std::string doc, std::vector<Parameter> parameters,
              std::function<Value(const Arguments&, Shell&)> run, std::string example, std::string help = "");
/// Refuses lists that differ in length.
void same_size(std::string_view verb, std::size_t a, std::size_t b);
/// 1 for a positive row of the argument `labels`: true, 1, or the text that the argument `positive` names.
std::vector<std::int32_t> positives_of(const Arguments& arguments);
/// A number of a table, or NaN where it is absent; throws error with `where` for anything else.
double number_of(const Value& value, const std::string& where);
double number_of(const Value::Table& table, std::string_view key, const std::string& where);

}  // namespace l2g::repl
