// The session: what is typed, and what comes back.
#include <catch2/catch.hpp>
#include <completion.hpp>
#include <display.hpp>
#include <hints.hpp>
#include <progress.hpp>

#include "example_verbs.hpp"

using namespace l2g::repl;

TEST_CASE("values are shown, once, unless a semicolon ends the line") {
  const Registry registry = example_registry();
  Listener l2g(registry);
  CHECK(l2g("1 + 1") == "2");
  CHECK(l2g("7 // 2, 'a'") == "3\n\"a\"");
  CHECK(l2g("3;") == "");
  CHECK(l2g("x = 3") == "");
  CHECK(l2g("x") == "3");
  CHECK(l2g("nil") == "");
  CHECK(l2g("_") == "3");
  CHECK(l2g("_1") == "3");
  CHECK(l2g("count = 0; function once() count = count + 1 return count end") == "");
  CHECK(l2g("once()") == "1");
  CHECK(l2g("count") == "1");
  CHECK(l2g("print('a', 1, {1, 2})") == "a\t1\t{1, 2}");
}

TEST_CASE("a leading local is dropped, also in lines pasted together") {
  const Registry registry = example_registry();
  Listener l2g(registry);
  CHECK(l2g("local x = 1\nlocal y <const> = x + 1\nlocal z\nlocal function f(a)\n  local b = a * 2\n  return "
            "b\nend\nf(y)") == "4");
  CHECK(l2g("x, y") == "1\n2");
  CHECK(l2g("b").find("'b' is not defined") == 0);
}

TEST_CASE("a statement may go on in the next line") {
  const Registry registry = example_registry();
  Listener l2g(registry);
  CHECK(l2g("x = 1\n  + 2\nx") == "3");
  CHECK(l2g("b = box{5}\nb\n  :fill{share = 1}") == "\"1 dry in 5\"");
  CHECK(l2g("for i = 1, 2 do\nprint(i)\nend\n{1}") == "1\n2\n{1}");
  CHECK_FALSE(l2g.complete("for i = 1, 2 do"));
  CHECK_FALSE(l2g.complete("x = {1,"));
  CHECK(l2g.complete("for i in range(3):"));
  CHECK(l2g.complete("print x"));
}

TEST_CASE("errors are one line, with a position where it says something") {
  const Registry registry = example_registry();
  Listener l2g(registry);
  CHECK(l2g("bx()") == "'bx' is not defined (did you mean 'box'?)");
  CHECK(l2g("math.sqr(2)") == "math has no member 'sqr' (did you mean 'sqrt'?)");
  CHECK(l2g("x = 1\ny = 2\nzz()") == "line 3: 'zz' is not defined");
  CHECK(l2g("x") == "1");  // what stood before the error was done
  CHECK(l2g("box{sise = 3}") == "box: unknown option 'sise' (did you mean 'size'?); options are size, colour");
  CHECK(l2g("error{code = 3}") == "{code = 3}");
  CHECK(l2g("function f() return box('x') end") == "");
  CHECK(l2g("f()") == "cell 7:1: box: 'size' must be a whole number from 1 to 100, got a text \"x\"");
  CHECK(l2g("t = {} t[1] = t\nbox(t)").find("holds itself") != std::string::npos);
  CHECK(l2g("local d = setmetatable({}, {__index = function() error('no') end}) return d.x").find("no") !=
        std::string::npos);
}

TEST_CASE("habits of other languages get a hint before more input is asked for") {
  const auto hint = [](const char* code) { return hint_for_code(code); };
  CHECK(hint("x != 3") == "Lua writes ~= for \"not equal\"");
  CHECK(hint("x += 1").find("x = x + 1") != std::string::npos);
  CHECK(hint("def f(x):").find("function") != std::string::npos);
  CHECK(hint("import numpy as np").find("help") != std::string::npos);
  CHECK(hint("[1, 2]") == "Lua writes a list as {1, 2}");
  CHECK(hint("x = [1, 2]") == "Lua writes a list as {1, 2}");
  CHECK(hint("print x").find("print(x)") != std::string::npos);
  CHECK(hint("x <- 3").find("=") != std::string::npos);
  CHECK(hint("# comment") == "Lua begins a comment with --");
  CHECK(hint("x[1:3]").find("slices") != std::string::npos);
  CHECK(hint("2 ** 3").find("^") != std::string::npos);
  CHECK(hint("for i in range(3):").find("for i = 1, 10 do") != std::string::npos);
  CHECK(hint("for x in y:").find("ipairs") != std::string::npos);
  CHECK(hint("if x == 1: print(x)").find("then") != std::string::npos);
  CHECK(hint("while x:").find("do ... end") != std::string::npos);
  CHECK(hint("x && y").find("and") != std::string::npos);
  CHECK(hint("d = {'a': 1}").find("{name = value}") != std::string::npos);
  CHECK(hint_for_name("len") == "Lua writes #x for the length");
  CHECK(hint_for_name("True") == "Lua writes true");
  CHECK(hint_for_name("None") == "Lua writes nil");
  // What Lua understands has no hint.
  for (const char* good :
       {"x ~= 3", "t = {1, 2}", "x = t[i]", "d:split{dev = 0.1}", "s = \"a != b\"", "-- # x += 1", "x = #t",
        "if x then y() end", "for i = 1, 3 do print(i) end", "f = function(x) return x end", "goto done ::done::"})
    CHECK(hint(good) == "");
  const Registry registry = example_registry();
  Listener l2g(registry);
  CHECK(l2g("x = 3 x != 3").find("\nhint: Lua writes ~=") != std::string::npos);
  CHECK(l2g("len('a')") == "'len' is not defined\nhint: Lua writes #x for the length");
}

TEST_CASE("a name that belongs to a verb is told, and the verb comes back") {
  const Registry registry = example_registry();
  Listener s(registry);
  CHECK(s("box = 3") ==
        "note: 'box' is a verb of l2g; take another name for your value (box = nil gives the verb back)");
  CHECK(s("box = 4") == "");  // once
  CHECK_THAT(
      s("box(2)"),
      Catch::Contains("attempt to call a number value (global 'box')\nhint: 'box' is a verb of l2g; take another"));
  CHECK(s("box = nil;\nbox(2).size") == "2");
  CHECK(s("box.size = 1") == "'box' is a verb of l2g, and nothing can be kept in it; take another name");
  CHECK_THAT(s("box + 1"), Catch::Contains("hint: 'box' is a verb of l2g; take another name for your value"));
}

TEST_CASE("objects have fields, methods, items and a length") {
  const Registry registry = example_registry();
  Listener l2g(registry);
  CHECK(l2g("b = box{size = 4}") == "");
  CHECK(l2g("b") == "Box of size 4");
  CHECK(l2g("b.size, #b, b[3]") == "4\n4\n30");
  CHECK(l2g("tostring(b)") == "\"Box of size 4\"");
  CHECK(l2g("b:fill{wet = true}") == "\"0.5 wet in 4\"");
  CHECK(l2g("b.fill{wet = true}") == "\"0.5 wet in 4\"");
  CHECK(l2g("f = b.fill") == "");
  CHECK(l2g("f(1)") == "\"1 dry in 4\"");
  CHECK(l2g("fill(b, 0.25)") == "\"0.25 dry in 4\"");
  CHECK(l2g("fill(b, {share = 1})") == "\"1 dry in 4\"");
  CHECK(l2g("fill{b, share = 1}") == "\"1 dry in 4\"");
  CHECK(l2g("fill{box = b, things = {1, 2.5}}") == "\"0.5 dry 1 2.5 in 4\"");
  CHECK(l2g("fill(b, 1, true, {3})") == "\"1 wet 3 in 4\"");
  CHECK(l2g("fill{b, things = {1, 'x'}}") == "fill: 'things[2]' must be a number, got a text \"x\"");
  CHECK(l2g("b.sise").find("Box: unknown member 'sise' (did you mean 'size'?)") == 0);
  CHECK(l2g("b.size = 3") == "members of a Box cannot be set");
  CHECK(l2g("b()") == "a Box cannot be called; its members are shown by help(value)");
  CHECK(l2g("read 'x.csv'") == "\"x.csv:-\"");
  CHECK(l2g("read{'x.csv', label = 'y'}") == "\"x.csv:y\"");
  CHECK(l2g("draw.line()") == "\"line\"");
  CHECK(l2g("draw.lin()") == "draw: unknown member 'lin' (did you mean 'line'?); there are line");
  CHECK(l2g("getmetatable(b)") == "false");
}

TEST_CASE("a part of an object keeps the whole alive and stays itself") {
  const Registry registry = example_registry();
  Listener l2g(registry);
  CHECK(l2g("first = crate().first; collectgarbage()") == "");
  CHECK(l2g("first.size") == "3");
  CHECK(l2g("c = crate();") == "");
  CHECK(l2g("c.second == c.second, c.first == c.second, c.first == c") == "true\nfalse\nfalse");
}

TEST_CASE("what a verb made is described when it is named, and help answers a question mark") {
  const Registry registry = example_registry();
  Listener l2g(registry);
  CHECK(l2g("c = crate()") == "a crate\nwith two boxes");
  CHECK(l2g("c") == "a crate\nwith two boxes");
  CHECK(l2g("c = crate();") == "");
  CHECK(l2g("{c}") == "{Crate}");
  CHECK(l2g("hello") == "\"hello\"");
  CHECK(l2g("fill?").find("fill(box, {share, wet, things})") == 0);
  CHECK(l2g("?fill") == l2g("help fill"));
  CHECK(l2g("c.first?").find("Box of size 3") == 0);
  CHECK(l2g("fil?") == "no help on 'fil' (did you mean 'fill'?)");
}

TEST_CASE("work that is stopped leaves the session as it was") {
  const Registry registry = example_registry();
  Listener l2g(registry);
  CHECK(l2g("x = 5") == "");
  CHECK(l2g("work()") == "stopped at step 3; the model keeps its weights");
  CHECK(l2g.status == Outcome::interrupted);
  CHECK(l2g("x") == "5");
  CHECK(l2g.status == Outcome::done);
}

TEST_CASE("who lists what the user made") {
  const Registry registry = example_registry();
  Listener l2g(registry);
  l2g("b = box{size = 4}\nname = 'abc'\n7");
  const auto variables = l2g.variables();
  REQUIRE(variables.size() == 2);
  CHECK(variables[0].name == "b");
  CHECK(variables[0].type == "Box");
  CHECK(variables[0].summary == "Box of size 4");
  CHECK(variables[0].bytes == 4);
  CHECK(variables[1].type == "string");
}

TEST_CASE("completion knows verbs, options, members, values and variables") {
  const Registry registry = example_registry();
  Listener l2g(registry);
  l2g("barrel = box()");
  using Names = std::vector<std::string>;
  const auto offered = [&](const char* text) { return completion(l2g, text).found; };
  CHECK(offered("ba") == Names{"barrel"});
  CHECK(offered("x = bo") == Names{"box"});
  CHECK(offered("barrel:") == Names{"fill", "size"});
  CHECK(offered("barrel.s") == Names{"size"});
  CHECK(offered("draw.") == Names{"line"});
  CHECK(offered("math.sq") == Names{"sqrt"});
  CHECK(offered("box{") == Names{"colour=", "size="});
  CHECK(offered("box{size=2, c") == Names{"colour="});
  CHECK(offered("box{colour=\"") == Names{"green", "red"});
  CHECK(offered("barrel:fill{sh") == Names{"share="});
  CHECK(offered("fill(box(1), {w") == Names{"wet="});
  CHECK(offered("nothing.at.all.") == Names{});
  CHECK(completion(l2g, "box{size=2, c").start == 12);
}

TEST_CASE("text is cut to the window without breaking characters") {
  CHECK(fitted("abcdef", 6) == "abcdef");
  CHECK(fitted("abcdef", 5) == "abcd…");
  CHECK(fitted("日本語", 5) == "日本…");
  CHECK(columns("日本é") == 5);
  CHECK(columns("e\xcc\x81") == 1);  // a combining accent
  CHECK(columns("\xff") == 1);
  CHECK(wrapped("one two three", 9, 2) == "  one two\n  three\n");
  const Registry registry = example_registry();
  Listener l2g(registry);
  CHECK(columns(l2g("('x'):rep(1000)")) <= window_width());
  CHECK(l2g("t = {} for i = 1, 1000 do t[i] = i end") == "");
  CHECK(l2g("t") == "{1, 2, 3, 4, 5, 6, 7, 8, ... 992 more}");
}

TEST_CASE("a progress bar fits the window and tells the time left") {
  const ProgressBar bar("train", true);
  CHECK(bar.line(0.5, "loss 0.31", 10, 80) == "train  [##########          ] 50 %  10.0 s left  loss 0.31");
  CHECK(columns(bar.line(0.5, "loss 0.31", 10, 30)) <= 30);
  CHECK(bar.line(std::nan(""), "", 10, 80) == "train  [                    ] 0 %");
}

TEST_CASE("an assertion of Eigen is an error in our words") {
  CHECK_THROWS_AS([] { eigen_assert(1 == 2); }(), l2g::error);
}
