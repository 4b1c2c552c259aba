#include "apps/clusters/domain/document_path.hpp"

namespace mainstay::clusters {
namespace {

const Document& no_document() {
  static const Document none;
  return none;
}

}  // namespace

const Document& member_of(const Document& object, std::string_view name) {
  const Document* found = object.find(name);
  return found == nullptr ? no_document() : *found;
}

std::string_view text_of(const Document& object, std::string_view name) {
  const std::string* text = object.find_string(name);
  return text == nullptr ? std::string_view{} : std::string_view{*text};
}

const Document& condition_of(const Document& object, std::string_view type) {
  const DocumentArray* all = member_of(member_of(object, "status"), "conditions").if_array();
  if (all == nullptr) return no_document();
  for (const Document& one : *all) {
    if (text_of(one, "type") == type) return one;
  }
  return no_document();
}

}  // namespace mainstay::clusters
