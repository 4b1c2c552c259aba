#pragma once

#include <cstddef>
#include <cstdint>

#include "base/clock.hpp"

namespace mainstay::clusters {

/// Every bound of the platform API and what happens beyond it. A part's own are in its own block.
struct Limits {
  // --- api: requests, answers, streams -----------------------------------------------------------

  static constexpr std::size_t body_bytes_max = 2U << 20U;  // 413 too_large
  // A Secret's keys and values together, as Kubernetes' MaxSecretSize: 422 field_invalid.
  static constexpr std::size_t secret_bytes_max = 1U << 20U;
  static constexpr std::size_t secret_keys_max = 1'000;
  static constexpr std::size_t page_max = 500;              // entries of one answer, where it pages
  static constexpr std::size_t subscribers_max = 256;       // event streams: 503 busy beyond
  static constexpr std::size_t stream_backlog_max = 1'000;  // events: the stream is closed beyond
  static constexpr Seconds stream_comment_every{15};
  static constexpr std::size_t labels_max = 64;  // of a group, and taints, and zones
  static constexpr std::size_t alternates_max = 64;
  static constexpr std::int64_t nodes_max = 100'000;  // of one group

  // --- kube --------------------------------------------------------------------------------------

  // --- embedded cluster --------------------------------------------------------------------------

  // --- changes -----------------------------------------------------------------------------------

  static constexpr std::size_t change_files_max = 2'000;         // of one: a reseal has many
  static constexpr std::size_t change_bytes_max = 8U << 20U;     // its files, body and diff
  static constexpr std::size_t idempotency_key_bytes_max = 128;  // 400 idempotency_key_invalid
  static constexpr std::size_t repository_files_max = 20'000;    // of the folder that is read
  static constexpr std::size_t repository_bytes_max = 64U << 20U;
  static constexpr std::size_t webhook_bytes_max = 1U << 20U;  // 413
  static constexpr std::size_t diff_bytes_max = 1U << 20U;     // shown of a pull request: cut there

  // --- sealing, documents ------------------------------------------------------------------------

  static constexpr std::size_t document_bytes_max = 4U << 20U;  // of YAML or JSON text
  static constexpr std::size_t document_depth_max = 64;

  // --- prices ------------------------------------------------------------------------------------
};

}  // namespace mainstay::clusters
