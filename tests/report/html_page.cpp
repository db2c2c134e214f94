// A page is well-formed, keeps hostile words as words, and reaches nowhere.
#include <catch2/catch.hpp>
#include <l2g/core/errors.hpp>
#include <l2g/report/html_page.hpp>

#include <algorithm>
#include <set>

#include "html_reader.hpp"

using namespace l2g;

namespace {

constexpr char raw[] = "\xff\xfe</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp;\0\033[31m";
const std::string hostile = std::string(raw, sizeof raw - 1) + "\u202E\u2066 javascript: http://example.org \U0001F9EC";

report::HtmlPage page_of(const std::string& words) {
  report::HtmlPage page(words, words);
  page.section(words);
  page.heading(words), page.paragraph(words), page.warning(words);
  page.facts({{words, words}}), page.cards({{words, words, words}});
  page.table({words, {words, "n"}, {{words, "1"}, {"", "-2.5"}}});
  page.table({words, {words}, {{words}}}, true);
  page.picture("<svg class=\"chart\"><path id=\"" + page.new_id() + "a\" d=\"M0 0\"/></svg>", words);
  page.pictures({{"<svg></svg>", words}, {"<svg></svg>", words}});
  page.code(words, words), page.code(words, words, true);
  page.section("Second");
  return page;
}

}  // namespace

TEST_CASE("a page is well-formed and names nothing twice", "[report]") {
  for (const std::string& words : {std::string("plain"), hostile, std::string()}) {
    const std::string html = page_of(words).finish();
    CHECK_NOTHROW(check_html(html));
    CHECK(html.starts_with("<!DOCTYPE html>"));
    CHECK(html.find("<script", html.find("<script") + 1) == std::string::npos);  // ours alone
    CHECK(html.find("onerror=alert(1)>") == std::string::npos);
    CHECK(html.find("\u202E") == std::string::npos);
  }
  const std::string html = page_of("plain").finish();
  for (const char* part : {"<a href=\"#s1\">plain</a>", "<a href=\"#s2\">Second</a>", "id=\"p1-a\"", "<dt>plain</dt>",
                           "<summary>plain</summary>", "<p class=\"caption\">plain</p>"})
    CHECK(html.find(part) != std::string::npos);
}

TEST_CASE("a page reaches nowhere", "[report]") {
  const std::string html = page_of("plain").finish();
  for (const char* banned :
       {"http:", "https:", "src=", "@import", "url(", "//cdn", "<link", "<iframe", "fetch(", "XMLHttp"})
    CHECK(html.find(banned) == std::string::npos);
  CHECK(html.find("default-src 'none'") != std::string::npos);
  CHECK(html.size() < 20000);  // style and script are small
}

TEST_CASE("columns of numbers sort as numbers, others as words", "[report]") {
  report::HtmlPage page("t");
  page.section("s");
  page.table({"",
              {"name", "count", "share", "empty"},
              {{"a", "1,204", "-0.5", ""}, {"b", "7", "1e-30", "-"}, {"c1", "undefined", "95 %", ""}}});
  const std::string html = page.finish();
  CHECK(html.find("<th tabindex=\"0\">name</th><th tabindex=\"0\" class=\"n\">count</th><th tabindex=\"0\" class=\"n\">"
                  "share</th><th tabindex=\"0\" class=\"n\">empty</th>") != std::string::npos);
  CHECK(html.find("<td class=\"n\">1,204</td>") != std::string::npos);
  CHECK_THROWS_WITH(page.table({"scores", {"a", "b"}, {{"1"}}}), "table 'scores': a row has 1 cells for 2 columns");
}

TEST_CASE("text is escaped once and stays valid UTF-8", "[report]") {
  CHECK(report::html_escaped("a<b>&\"'") == "a&lt;b&gt;&amp;&quot;&#39;");
  CHECK(report::html_escaped(std::string("x\0\x7f\x1b\n\ty", 7)) == "x   \n\ty");
  CHECK(report::html_escaped("\xc3(\xe6\x97\xa5") == "\xEF\xBF\xBD(\xe6\x97\xa5");
}
