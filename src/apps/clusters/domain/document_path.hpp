#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/document.hpp"
#include "base/result.hpp"

namespace mainstay::clusters {

/// The member of that name, or null (the value) where there is none: look-ups can be chained.
const Document& child_of(const Document& object, std::string_view name);
/// The text of a member; "" where it is missing or no text. A view into the object.
std::string_view text_of(const Document& object, std::string_view name);
/// Of `status.conditions` the one of that type; null (the value) when there is none.
const Document& condition_of(const Document& object, std::string_view type);

/// Where something is in a document, as operators write it: `spec.size.min`,
/// `metadata.annotations['a.b/c']`, `spec.requirements[key=kubernetes.io/arch].values` (the element
/// of a list whose member `key` is that text). Immutable.
class DocumentPath {
 public:
  /// Errc::document_invalid; at most 512 bytes and 16 steps.
  static Result<DocumentPath> parse(std::string_view text);

  /// Null (the pointer) when it leads nowhere.
  [[nodiscard]] const Document* find(const Document& from) const;
  /// Makes what is missing on the way, elements of lists with their member too; what is of another
  /// kind is replaced.
  void put(Document& into, Document value) const;
  /// Every element of a list that it leads through exists.
  [[nodiscard]] bool has_elements(const Document& in) const;
  /// It leads through metadata's labels or annotations, whose values are text.
  [[nodiscard]] bool leads_to_text() const;
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  struct Step {
    std::string member;  // of an object; of a list's elements with `value`
    std::string value = {};
    bool is_element = false;
  };

  std::string text_;
  std::vector<Step> steps_;
};

}  // namespace mainstay::clusters
