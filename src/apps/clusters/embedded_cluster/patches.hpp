#pragma once

#include <cstddef>

#include "apps/clusters/embedded_cluster/refusal.hpp"
#include "base/document.hpp"

namespace mainstay::clusters::embedded {

/// RFC 7396.
Document merge_patched(const Document& object, const Document& patch);

/// A strategic merge patch: as a merge patch, with its directives $patch, $retainKeys,
/// $deleteFromPrimitiveList and $setElementOrder; lists with keys (by the schema) merge item by
/// item, sets of texts are united, others are replaced.
Document strategically_patched(const Document& object, const Document& patch,
                               const Document* schema);

/// RFC 6902. A test that fails is 422.
inline constexpr std::size_t operations_max = 10'000;
inline constexpr std::size_t copied_bytes_max = 3U << 20U;  // by its copies together
Outcome<Document> json_patched(const Document& object, const Document& operations);

}  // namespace mainstay::clusters::embedded
