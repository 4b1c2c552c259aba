#include "apps/clusters/embedded_cluster/selector.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "apps/clusters/domain/names.hpp"
#include "apps/clusters/embedded_cluster/tree.hpp"
#include "base/text.hpp"

namespace mainstay::clusters::embedded {

namespace {

constexpr std::size_t terms_max = 64;

/// At commas that are in no parentheses.
std::vector<std::string_view> terms_of(std::string_view text) {
  std::vector<std::string_view> out;
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '(') ++depth;
    if (i < text.size() && text[i] == ')') --depth;
    if (i < text.size() && (text[i] != ',' || depth > 0)) continue;
    out.push_back(trimmed(text.substr(begin, i - begin)));
    begin = i + 1;
  }
  return out;
}

Refusal bad_term(std::string_view text) {
  return bad_request("unable to parse requirement: " + quoted(Document{text}));
}

struct Comparison {
  std::string_view name;
  std::string_view value;
  bool equal;
};

/// `a=b`, `a==b`, `a!=b`.
std::optional<Comparison> comparison(std::string_view text) {
  const auto at = text.find('=');
  if (at == std::string_view::npos) return std::nullopt;
  const bool differs = at > 0 && text[at - 1] == '!';
  std::string_view value = text.substr(at + 1);
  if (!differs && value.starts_with('=')) value.remove_prefix(1);
  return Comparison{trimmed(text.substr(0, at - (differs ? 1 : 0))), trimmed(value), !differs};
}

constexpr std::array<std::string_view, 9> fields_known{"metadata.name",
                                                       "metadata.namespace",
                                                       "type",
                                                       "reason",
                                                       "status.phase",
                                                       "involvedObject.kind",
                                                       "involvedObject.name",
                                                       "involvedObject.uid",
                                                       "involvedObject.namespace"};

}  // namespace

Outcome<Selector::Term> Selector::parse_label(std::string_view text) {
  Term term{{}, Test::exists, {}};
  if (const auto found = comparison(text)) {
    term = {std::string{found->name},
            found->equal ? Test::is_in : Test::is_not_in,
            {std::string{found->value}}};
  } else if (text.ends_with(')')) {
    const auto open = text.find('(');
    if (open == std::string_view::npos) return bad_term(text);
    std::string_view head = trimmed(text.substr(0, open));
    const bool negated = head.ends_with(" notin");
    if (!negated && !head.ends_with(" in")) return bad_term(text);
    head.remove_suffix(negated ? 6 : 3);
    term = {std::string{trimmed(head)}, negated ? Test::is_not_in : Test::is_in, {}};
    const std::string_view list = text.substr(open + 1, text.size() - open - 2);
    for (const std::string_view value : split(list, ',')) term.values.emplace_back(trimmed(value));
  } else if (text.starts_with('!')) {
    term = {std::string{trimmed(text.substr(1))}, Test::is_absent, {}};
  } else {
    term.name = text;
  }
  const bool valid = is_qualified_name(term.name) &&
                     std::ranges::all_of(term.values, [](const std::string& value) {
                       return is_label_value(value);
                     });
  if (!valid) return bad_term(text);
  return term;
}

Outcome<Selector::Term> Selector::parse_field(std::string_view text) {
  const auto found = comparison(text);
  if (!found) return bad_request("invalid selector: " + quoted(Document{text}));
  if (std::ranges::find(fields_known, found->name) == fields_known.end()) {
    return bad_request("field label not supported: " + std::string{found->name});
  }
  return Term{std::string{found->name},
              found->equal ? Test::is_in : Test::is_not_in,
              {std::string{found->value}}};
}

Outcome<Selector> Selector::parse(std::string_view labels, std::string_view fields) {
  Selector selector;
  for (const bool of_labels : {true, false}) {
    const std::string_view text = trimmed(of_labels ? labels : fields);
    if (text.empty()) continue;
    const auto terms = terms_of(text);
    if (terms.size() > terms_max) return bad_request("a selector has at most 64 requirements");
    for (const std::string_view one : terms) {
      auto term = of_labels ? parse_label(one) : parse_field(one);
      if (!term) return std::move(term).refusal();
      (of_labels ? selector.labels_ : selector.fields_).push_back(*std::move(term));
    }
  }
  return selector;
}

bool Selector::holds(const Term& term, const std::string* value) {
  const bool listed =
      value != nullptr && std::ranges::find(term.values, *value) != term.values.end();
  switch (term.test) {
    case Test::is_in:
      return listed;
    case Test::is_not_in:
      return !listed;
    case Test::exists:
      return value != nullptr;
    case Test::is_absent:
      return value == nullptr;
  }
  return false;
}

bool Selector::matches(const Document& object) const {
  const Document* labels = find_path(object, {"metadata", "labels"});
  const bool labelled = std::ranges::all_of(labels_, [&](const Term& term) {
    return holds(term, labels == nullptr ? nullptr : labels->find_string(term.name));
  });
  return labelled && std::ranges::all_of(fields_, [&](const Term& term) {
           const Document* here = &object;
           for (const std::string_view step : split(term.name, '.')) {
             here = here == nullptr ? nullptr : here->find(step);
           }
           static const std::string none;  // as Kubernetes has it: a missing field is empty
           const std::string* value = here == nullptr ? nullptr : here->if_string();
           return holds(term, value == nullptr ? &none : value);
         });
}

}  // namespace mainstay::clusters::embedded
