#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <sstream>
#include <utility>
#include <yaml-cpp/yaml.h>
// Events, without yaml-cpp's own tree: limits hold while reading.
#include <yaml-cpp/eventhandler.h>

#include "apps/clusters/codec/yaml.hpp"
#include "apps/clusters/codec/yaml_scalar.hpp"
#include "base/text.hpp"

namespace mainstay::clusters::yaml {
namespace {

/// Carries a refusal through yaml-cpp, which knows no other way to stop.
struct Refusal {
  Error error;
};

[[noreturn]] void refuse(Errc code, const YAML::Mark& mark, std::string what) {
  throw Refusal{Error{code, "line " + std::to_string(mark.line + 1) + ": " + std::move(what)}};
}

/// A container that has not ended. A map's items are its keys and values in turn.
struct OpenNode {
  bool is_map = false;
  YAML::anchor_t anchor = 0;
  YAML::Mark mark;
  DocumentArray items = {};
  DocumentObject members = {};
  std::string key = {};
  bool has_key = false;
  bool merges = false;  // the key is <<
  std::set<std::string> names = {};
  std::vector<Document> merged = {};
  std::size_t cost = 1;
};

/// What an anchor names; aliases copy it and cost as much.
struct Anchored {
  Document value;
  std::size_t cost = 1;
};

/// Of a scalar, in what Limits::values_max counts: long ones are more than one.
std::size_t cost_of(std::string_view text) { return 1 + text.size() / 64; }

/// A key as JSON has it.
std::string key_text(const Document& key, const YAML::Mark& mark) {
  if (const std::string* const text = key.if_string()) return *text;
  if (const bool* const truth = key.if_bool()) return *truth ? "true" : "false";
  if (const std::int64_t* const integer = key.if_int()) return std::to_string(*integer);
  refuse(Errc::key_invalid, mark, "a key is text; quote it");
}

class Composer final : public YAML::EventHandler {
 public:
  explicit Composer(const Limits& limits) : limits_(limits) {}

  std::vector<Document> take() { return std::move(documents_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    anchors_.clear();
    if (documents_.size() >= limits_.documents_max) {
      refuse(Errc::too_many_values, mark,
             "more than " + std::to_string(limits_.documents_max) + " documents");
    }
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    count(1, mark);
    add(Document{}, 1, anchor, mark);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) refuse(Errc::syntax, mark, "an alias within what it stands for");
    count(found->second.cost, mark);
    add(found->second.value, found->second.cost, 0, mark);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    count(cost_of(value), mark);
    if (tag == "?") {  // plain
      if (value == "<<" && expects_key()) {
        open_.back().has_key = true;
        open_.back().merges = true;
        return;
      }
      auto resolved = resolve_plain(value);
      if (resolved.has_error()) {
        refuse(Errc::number_invalid, mark, resolved.error().detail());
      }
      add(*std::move(resolved), cost_of(value), anchor, mark);
      return;
    }
    require_tag(mark, tag, "tag:yaml.org,2002:str");
    add(Document{value}, cost_of(value), anchor, mark);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    require_tag(mark, tag, "tag:yaml.org,2002:seq");
    begin(false, anchor, mark);
  }
  void OnSequenceEnd() override {
    OpenNode node = std::move(open_.back());
    open_.pop_back();
    add(Document{std::move(node.items)}, node.cost, node.anchor, node.mark);
  }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    require_tag(mark, tag, "tag:yaml.org,2002:map");
    begin(true, anchor, mark);
  }
  void OnMapEnd() override {
    OpenNode node = std::move(open_.back());
    open_.pop_back();
    for (Document& merged : node.merged) {
      for (DocumentMember& member : *merged.if_object()) {
        if (node.names.insert(member.name).second) node.members.push_back(std::move(member));
      }
    }
    add(Document{std::move(node.members)}, node.cost, node.anchor, node.mark);
  }

 private:
  static void require_tag(const YAML::Mark& mark, const std::string& tag, std::string_view known) {
    if (tag == "?" || tag == "!" || tag == known) return;
    refuse(Errc::tag_refused, mark, tag + " is not taken; only !!str, !!map and !!seq are");
  }

  [[nodiscard]] bool expects_key() const {
    return !open_.empty() && open_.back().is_map && !open_.back().has_key;
  }

  void count(std::size_t cost, const YAML::Mark& mark) {
    values_ += cost;
    if (values_ > limits_.values_max) {
      refuse(Errc::too_many_values, mark,
             "more than " + std::to_string(limits_.values_max) + ", with what aliases stand for");
    }
  }

  void begin(bool is_map, YAML::anchor_t anchor, const YAML::Mark& mark) {
    count(1, mark);
    if (open_.size() >= limits_.depth_max) {
      refuse(Errc::too_deep, mark, "more than " + std::to_string(limits_.depth_max) + " levels");
    }
    if (expects_key()) refuse(Errc::key_invalid, mark, "a key is text, no list and no map");
    open_.push_back(OpenNode{.is_map = is_map, .anchor = anchor, .mark = mark});
  }

  /// A finished value, counted already.
  void add(Document value, std::size_t cost, YAML::anchor_t anchor, const YAML::Mark& mark) {
    if (anchor != 0) {
      count(cost, mark);  // it is kept a second time
      anchors_[anchor] = Anchored{value, cost};
    }
    if (open_.empty()) {
      if (!value.is_null()) documents_.push_back(std::move(value));
      return;
    }
    OpenNode& into = open_.back();
    into.cost += cost;
    if (!into.is_map) {
      into.items.push_back(std::move(value));
    } else if (!into.has_key) {
      take_key(into, value, mark);
    } else {
      take_value(into, std::move(value), mark);
    }
  }

  static void take_key(OpenNode& into, const Document& value, const YAML::Mark& mark) {
    into.key = key_text(value, mark);
    into.has_key = true;
    if (!into.names.insert(into.key).second) {
      refuse(Errc::key_twice, mark, into.key + " stands there a second time");
    }
  }

  static void take_value(OpenNode& into, Document value, const YAML::Mark& mark) {
    into.has_key = false;
    if (!std::exchange(into.merges, false)) {
      into.members.push_back(DocumentMember{std::move(into.key), std::move(value)});
      return;
    }
    if (DocumentArray* const several = value.if_array()) {
      for (Document& one : *several) into.merged.push_back(std::move(one));
    } else {
      into.merged.push_back(std::move(value));
    }
    for (const Document& one : into.merged) {
      if (one.if_object() == nullptr) refuse(Errc::syntax, mark, "<< takes maps");
    }
  }

  const Limits& limits_;
  std::vector<OpenNode> open_;
  std::map<YAML::anchor_t, Anchored> anchors_;
  std::vector<Document> documents_;
  std::size_t values_ = 0;
};

/// Control characters have no place in YAML (5.1), and yaml-cpp takes NULs for another encoding.
Result<> require_clean(std::string_view text, const Limits& limits) {
  if (text.size() > limits.bytes_max) {
    return Error{Errc::too_large, std::to_string(text.size()) + " bytes; at most " +
                                      std::to_string(limits.bytes_max) + " are taken"};
  }
  if (!is_valid_utf8(text)) return Error{Errc::not_utf8};
  const auto is_control = [](char c) {
    const auto code = static_cast<unsigned char>(c);
    return (code < 0x20 && c != '\t' && c != '\n' && c != '\r') || code == 0x7F;
  };
  const auto found = std::ranges::find_if(text, is_control);
  if (found == text.end()) return {};
  const auto line = 1 + std::count(text.begin(), found, '\n');
  return Error{Errc::syntax, "line " + std::to_string(line) + ": a control character"};
}

}  // namespace

const ErrorRow& error_row(Errc code) {
  static constexpr std::array<ErrorRow, 10> rows{{
      {"yaml_syntax", "not YAML", 400},
      {"yaml_too_large", "the YAML text is too large", 413},
      {"yaml_too_deep", "the YAML text is nested too deeply", 400},
      {"yaml_too_many_values", "the YAML text holds too much", 400},
      {"yaml_not_utf8", "the YAML text is not UTF-8", 400},
      {"yaml_key_invalid", "a key of the YAML text is no text", 400},
      {"yaml_key_twice", "a key of the YAML text comes twice", 400},
      {"yaml_tag_refused", "a tag of the YAML text is not taken", 400},
      {"yaml_number_invalid", "a number of the YAML text is none", 400},
      {"yaml_not_one_document", "the YAML text must hold one document", 400},
  }};
  return rows[static_cast<std::size_t>(code) - 1];
}

Result<std::vector<Document>> parse(std::string_view text, const Limits& limits) try {
  MS_TRY_VOID(require_clean(text, limits));
  std::istringstream in{std::string{text}};
  YAML::Parser parser{in};
  Composer composer{limits};
  while (parser.HandleNextDocument(composer)) {
  }
  return composer.take();
} catch (const Refusal& refusal) {
  return refusal.error;
} catch (const YAML::Exception& failure) {
  return Error{Errc::syntax, "line " + std::to_string(failure.mark.line + 1) + ": " + failure.msg};
}

Result<Document> parse_one(std::string_view text, const Limits& limits) {
  MS_TRY(std::vector<Document> all, parse(text, limits));
  if (all.size() == 1) return std::move(all.front());
  return Error{Errc::not_one_document, "it holds " + std::to_string(all.size())};
}

}  // namespace mainstay::clusters::yaml
