#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apps/clusters/domain/document.hpp"
#include "base/result.hpp"

namespace mainstay::clusters {

/// A document with places in it. Values go into the tree, never into text, so that none can become
/// anything but what it is; whoever writes the result as YAML decides on quotes. Immutable.
///
/// A text that is exactly "{{NAME}}" becomes the value of that name: text, number, bool, list or
/// object. With a question mark, "{{NAME?}}", the member or item goes away when there is no value.
/// Within a longer text, as in "group-{{NAME}}" (names of members too), the value must be text, an
/// integer or a bool, and the outcome is text. NAME is of A-Z, a-z, 0-9 and _. There are no
/// conditions and no loops.
class DocumentTemplate {
 public:
  /// Errc::template_invalid: a "{{" without its end, or a name that is none.
  static Result<DocumentTemplate> parse(Document tree);

  /// `values`: an object. Errc::template_invalid names a place without a value, or with one that
  /// does not fit there.
  [[nodiscard]] Result<Document> render(const Document& values) const;
  /// The names of all places, sorted, each once.
  [[nodiscard]] std::vector<std::string> places() const { return places_; }

 private:
  Document tree_;
  std::vector<std::string> places_;
};

/// Which object somebody wants.
struct IntendedObject {
  std::string api_version;
  std::string kind;
  std::string name;
};
/// Errc::template_invalid when `object` is another one.
Result<> check_intended(const Document& object, const IntendedObject& intended);

}  // namespace mainstay::clusters
