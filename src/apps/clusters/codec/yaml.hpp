#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "apps/clusters/domain/document.hpp"
#include "base/result.hpp"

/// YAML as Kubernetes' programs read and write it: a way to write JSON's values. Any thread.
namespace mainstay::clusters::yaml {

struct Limits {
  std::size_t bytes_max = 3U << 20U;  // as many as an API server takes of one request
  std::size_t depth_max = 64;
  std::size_t values_max = 200'000;  // of all documents, what aliases stand for included
  std::size_t documents_max = 1'000;
};

enum class Errc : std::uint8_t {
  syntax = 1,
  too_large,
  too_deep,
  too_many_values,
  not_utf8,
  key_invalid,
  key_twice,
  tag_refused,
  number_invalid,
  not_one_document,
};
const ErrorRow& error_row(Errc code);

/// All documents of a text; empty ones are left out. The error's detail names the line.
///
/// Plain words mean what Kubernetes' reader (sigs.k8s.io/yaml, which is go-yaml 2) makes of them:
/// y, n, yes, no, on, off, true, false in lower, upper or title case are bools; ~ and null are
/// null; 012, 0o12, 0xA, 0b1010 and 1_0 are ten; 1e1 is a double; dates and 1:30 are text. Keys
/// that are no text become text as in JSON ({y: 1} has the member "true"). Aliases and merges (<<)
/// are resolved. Refused: keys that come twice, tags but !!str, !!map and !!seq, .inf and .nan,
/// since JSON has none.
Result<std::vector<Document>> parse(std::string_view text, const Limits& limits = {});
/// The only document of a text: Errc::not_one_document.
Result<Document> parse_one(std::string_view text, const Limits& limits = {});

/// Block style, two blanks a level, items of a list not further in than the list's name, as
/// Kubernetes' programs write it; ends with a line end. What YAML 1.1 or 1.2 could take for
/// anything but text stands in double quotes, as does whatever is not plainly letters and digits;
/// text of several lines is a literal block where that says the same. parse(emit(x)) is x, but for
/// infinities and NaN, which become null as in JSON, and bytes that are no UTF-8.
std::string emit(const Document& document);
/// The same for several, each behind a line "---".
std::string emit_all(std::span<const Document> documents);

}  // namespace mainstay::clusters::yaml
