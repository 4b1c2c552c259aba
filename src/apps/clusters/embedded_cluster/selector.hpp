#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apps/clusters/embedded_cluster/refusal.hpp"
#include "base/document.hpp"

namespace mainstay::clusters::embedded {

/// Which objects a list or watch is about: labelSelector and fieldSelector, both of which must
/// hold. Without terms it takes everything.
class Selector {
 public:
  static Outcome<Selector> parse(std::string_view labels, std::string_view fields);

  [[nodiscard]] bool matches(const Document& object) const;
  [[nodiscard]] bool takes_all() const { return labels_.empty() && fields_.empty(); }

 private:
  enum class Test { is_in, is_not_in, exists, is_absent };
  struct Term {
    std::string name;
    Test test;
    std::vector<std::string> values;
  };

  static Outcome<Term> parse_label(std::string_view text);
  static Outcome<Term> parse_field(std::string_view text);
  static bool holds(const Term& term, const std::string* value);

  std::vector<Term> labels_;
  std::vector<Term> fields_;  // names are dotted paths
};

}  // namespace mainstay::clusters::embedded
