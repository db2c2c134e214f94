#pragma once
// The tags of an XML text, one after the other, with their attributes. Text between tags, comments, declarations and
// document types are passed over: all that the MEME suite says about motifs stands in attributes.
#include <l2g/core/errors.hpp>
#include <l2g/data/line_reader.hpp>
#include <l2g/data/shown-inl.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace l2g::interpret::detail {

struct Tag {
  std::string_view name;
  bool closes = false;  // </name>
  std::size_t at = 0;   // of its '<'
  std::vector<std::pair<std::string_view, std::string>> attributes;

  /// The value of an attribute; empty when it is not there.
  std::string operator[](std::string_view key) const {
    for (const auto& [k, v] : attributes)
      if (k == key) return v;
    return {};
  }
};

class XmlTags {
 public:
  explicit XmlTags(data::LineReader& lines) : name_(lines.name()) {
    for (std::string line; lines.next(line);) text_ += line += '\n';
    if (text_.find_first_not_of(" \t\n") == std::string::npos) throw file_error(name_, "the file is empty");
  }

  /// The next tag; false at the end of the text.
  bool next(Tag& tag) {
    for (;;) {
      at_ = text_.find('<', at_);
      if (at_ == std::string::npos) return false;
      if (starts("<!--")) {
        pass("-->", "a comment");
      } else if (starts("<?")) {
        pass("?>", "a declaration");
      } else if (starts("<![CDATA[")) {
        pass("]]>", "a CDATA section");
      } else if (starts("<!")) {
        pass_document_type();
      } else {
        return read(tag), true;
      }
    }
  }

  [[noreturn]] void fail(std::size_t at, const std::string& message) const {
    at = std::min(at, text_.size());
    const auto line = 1 + std::count(text_.begin(), text_.begin() + std::ptrdiff_t(at), '\n');
    const auto start = at ? text_.rfind('\n', at - 1) : std::string::npos;
    throw file_error(name_, index_t(line), index_t(at - (start == std::string::npos ? 0 : start + 1)) + 1, message);
  }
  const std::string& name() const { return name_; }

 private:
  bool starts(std::string_view s) const { return std::string_view(text_).substr(at_, s.size()) == s; }
  void pass(std::string_view end, const char* what) {
    const auto found = text_.find(end, at_ + 2);
    if (found == std::string::npos) fail(at_, std::string(what) + " does not end");
    at_ = found + end.size();
  }
  // Older programs of the suite put their whole grammar between brackets here.
  void pass_document_type() {
    const auto mark = text_.find_first_of("[>", at_);
    if (mark == std::string::npos) fail(at_, "a document type does not end");
    if (text_[mark] == '[') return pass("]>", "a document type");
    at_ = mark + 1;
  }
  static bool blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
  void skip_blanks() {
    while (at_ < text_.size() && blank(text_[at_])) ++at_;
  }
  std::string_view word() {
    const std::size_t from = at_;
    while (at_ < text_.size() && !blank(text_[at_]) &&
           std::string_view("<>=/\"'").find(text_[at_]) == std::string::npos)
      ++at_;
    if (at_ == from) fail(at_, "a name was expected inside of a tag");
    return std::string_view(text_).substr(from, at_ - from);
  }
  void read(Tag& tag) {
    tag.at = at_++;
    tag.attributes.clear();
    tag.closes = at_ < text_.size() && text_[at_] == '/';
    at_ += tag.closes;
    tag.name = word();
    for (;;) {
      skip_blanks();
      if (at_ == text_.size()) fail(tag.at, "the tag <" + data::detail::shown(tag.name) + " does not end");
      if (text_[at_] == '>') break;
      if (text_[at_] == '/' && at_ + 1 < text_.size() && text_[at_ + 1] == '>') {
        ++at_;
        break;
      }
      const auto key = word();
      skip_blanks();
      if (at_ == text_.size() || text_[at_] != '=') fail(at_, "'=' was expected behind the name of an attribute");
      ++at_;
      skip_blanks();
      if (at_ == text_.size() || (text_[at_] != '"' && text_[at_] != '\''))
        fail(at_, "the value of an attribute stands between quotation marks");
      const auto end = text_.find(text_[at_], at_ + 1);
      if (end == std::string::npos) fail(at_, "the value of an attribute does not end");
      tag.attributes.emplace_back(key, decoded(std::string_view(text_).substr(at_ + 1, end - at_ - 1)));
      at_ = end + 1;
    }
    ++at_;
  }
  static std::string decoded(std::string_view raw) {
    constexpr std::pair<std::string_view, char> entities[] = {{"&lt;", '<'},   {"&gt;", '>'},    {"&amp;", '&'},
                                                              {"&quot;", '"'}, {"&apos;", '\''}, {"&#38;", '&'}};
    std::string out;
    for (std::size_t i = 0; i < raw.size();) {
      const auto found = std::find_if(std::begin(entities), std::end(entities),
                                      [&](const auto& e) { return raw.substr(i).starts_with(e.first); });
      const bool entity = found != std::end(entities);
      out += entity ? found->second : raw[i];
      i += entity ? found->first.size() : 1;
    }
    return out;
  }

  std::string name_, text_;
  std::size_t at_ = 0;
};

}  // namespace l2g::interpret::detail
