#include "apps/clusters/domain/document_path.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "apps/clusters/domain/document.hpp"
#include "apps/clusters/errc.hpp"

namespace mainstay::clusters {
namespace {

const Document& no_document() {
  static const Document none;
  return none;
}

constexpr std::size_t path_bytes_max = 512;
constexpr std::size_t path_steps_max = 16;

/// What stands in brackets, without them; moves `rest` behind. Nothing: there is no end.
std::optional<std::string_view> take_bracketed(std::string_view& rest) {
  const bool quoted = rest.starts_with("['");
  const std::string_view close = quoted ? "']" : "]";
  const std::size_t begin = quoted ? 2 : 1;
  const std::size_t end = rest.find(close, begin);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view inside = rest.substr(begin, end - begin);
  rest.remove_prefix(end + close.size());
  return inside;
}

/// The element of a list whose member is that text; null when there is none.
Document* element_of(Document& list, std::string_view member, std::string_view value) {
  DocumentArray* const items = list.if_array();
  if (items == nullptr) return nullptr;
  const auto found = std::ranges::find_if(
      *items, [&](const Document& item) { return text_of(item, member) == value; });
  return found == items->end() ? nullptr : &*found;
}

}  // namespace

const Document& child_of(const Document& object, std::string_view name) {
  const Document* found = object.find(name);
  return found == nullptr ? no_document() : *found;
}

std::string_view text_of(const Document& object, std::string_view name) {
  const std::string* text = object.find_string(name);
  return text == nullptr ? std::string_view{} : std::string_view{*text};
}

const Document& condition_of(const Document& object, std::string_view type) {
  const DocumentArray* all = child_of(child_of(object, "status"), "conditions").if_array();
  if (all == nullptr) return no_document();
  for (const Document& one : *all) {
    if (text_of(one, "type") == type) return one;
  }
  return no_document();
}

Result<DocumentPath> DocumentPath::parse(std::string_view text) {
  const auto refused = [&](std::string_view why) {
    return Error{Errc::document_invalid,
                 "path " + std::string{text.substr(0, path_bytes_max)} + ": " + std::string{why}};
  };
  if (text.size() > path_bytes_max) return refused("more than 512 bytes");
  DocumentPath path;
  path.text_ = text;
  std::string_view rest = text;
  while (!rest.empty()) {
    if (path.steps_.size() == path_steps_max) return refused("more than 16 steps");
    if (rest.front() == '[') {
      const bool quoted = rest.starts_with("['");
      const auto inside = take_bracketed(rest);
      if (!inside) return refused("a bracket is not closed");
      const std::size_t equals = quoted ? std::string_view::npos : inside->find('=');
      if (!quoted && equals == std::string_view::npos) {
        return refused("brackets hold a 'name' in quotes, or member=text");
      }
      Step step{.member = std::string{inside->substr(0, quoted ? inside->size() : equals)}};
      step.is_element = !quoted;
      if (!quoted) step.value = inside->substr(equals + 1);
      path.steps_.push_back(std::move(step));
    } else {
      if (rest.front() == '.') rest.remove_prefix(1);
      const std::size_t end = std::min(rest.find_first_of(".["), rest.size());
      path.steps_.push_back({.member = std::string{rest.substr(0, end)}});
      rest.remove_prefix(end);
    }
    if (path.steps_.back().member.empty()) return refused("a step is empty");
  }
  if (path.steps_.empty()) return refused("no step");
  for (std::size_t i = 0; i < path.steps_.size(); ++i) {
    // What is written must not be what the element is found by.
    const Step& step = path.steps_[i];
    if (!step.is_element) continue;
    const Step* next = i + 1 < path.steps_.size() ? &path.steps_[i + 1] : nullptr;
    if (next == nullptr || next->is_element || next->member == step.member) {
      return refused("an element is followed by another one of its members");
    }
  }
  return path;
}

const Document* DocumentPath::find(const Document& from) const {
  const Document* at = &from;
  for (const Step& step : steps_) {
    // Nothing is changed through it.
    at = step.is_element ? element_of(const_cast<Document&>(*at), step.member, step.value)
                         : at->find(step.member);
    if (at == nullptr) return nullptr;
  }
  return at;
}

void DocumentPath::put(Document& into, Document value) const {
  Document* at = &into;
  for (const Step& step : steps_) {
    if (!step.is_element) {
      at = &member_of(*at, step.member);
      continue;
    }
    if (Document* const found = element_of(*at, step.member, step.value)) {
      at = found;
      continue;
    }
    if (at->if_array() == nullptr) *at = DocumentArray{};
    at->if_array()->emplace_back(DocumentObject{{step.member, step.value}});
    at = &at->if_array()->back();
  }
  *at = std::move(value);
}

bool DocumentPath::has_elements(const Document& in) const {
  DocumentPath lead;
  for (const Step& step : steps_) {
    lead.steps_.push_back(step);
    if (step.is_element && lead.find(in) == nullptr) return false;
  }
  return true;
}

bool DocumentPath::leads_to_text() const {
  return std::ranges::any_of(steps_, [](const Step& step) {
    return !step.is_element && (step.member == "annotations" || step.member == "labels");
  });
}

}  // namespace mainstay::clusters
