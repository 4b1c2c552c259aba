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
  static constexpr std::size_t page_max = 500;         // entries of one answer, where it pages
  static constexpr std::size_t subscribers_max = 256;  // event streams: 503 busy beyond
  static constexpr std::size_t subscribers_of_one_max = 16;  // of one account: 429
  static constexpr std::size_t stream_backlog_max = 1'000;   // events: the stream is closed beyond
  static constexpr Seconds stream_comment_every{15};
  static constexpr std::size_t labels_max = 64;  // of a group, and taints, and zones
  static constexpr std::size_t alternates_max = 64;
  static constexpr std::int64_t nodes_max = 100'000;  // of one group
  // Why a change is wanted: 422 field_invalid.
  static constexpr std::size_t reason_bytes_max = 2'000;

  // --- kube --------------------------------------------------------------------------------------

  // Of one kind in a watch cache: the list fails beyond, and the cache says so.
  static constexpr std::size_t cache_objects_max = 500'000;
  static constexpr std::size_t cluster_object_bytes_max = 4U << 20U;  // etcd takes 1.5 MiB
  static constexpr std::size_t cluster_calls_max = 64;                // waiting ones: busy beyond

  // --- embedded cluster --------------------------------------------------------------------------

  // As etcd's: 413 RequestEntityTooLarge. A request may be as much again, for patches.
  static constexpr std::size_t embedded_object_bytes_max = 3U << 19U;
  static constexpr std::size_t embedded_objects_max = 200'000;    // 507 StorageFull
  static constexpr std::size_t embedded_bytes_max = 512U << 20U;  // of all objects: the same
  static constexpr std::size_t embedded_changes_max = 20'000;     // older ones: 410 Expired
  static constexpr std::size_t embedded_change_bytes_max = 64U << 20U;
  static constexpr std::size_t embedded_connections_max = 512;          // closed with 503
  static constexpr std::size_t embedded_watches_max = 400;              // 429 TooManyRequests
  static constexpr std::size_t embedded_backlog_bytes_max = 8U << 20U;  // of a watch: it is cut off
  static constexpr std::size_t embedded_types_max = 500;                // of definitions: 422

  // --- changes -----------------------------------------------------------------------------------

  static constexpr std::size_t change_files_max = 2'000;         // of one: a reseal has many
  static constexpr std::size_t change_bytes_max = 8U << 20U;     // its files, body and diff
  static constexpr std::size_t idempotency_key_bytes_max = 128;  // 400 idempotency_key_invalid
  static constexpr std::size_t repository_files_max = 20'000;    // of the folder that is read
  static constexpr std::size_t repository_bytes_max = 64U << 20U;
  static constexpr std::size_t webhook_bytes_max = 1U << 20U;  // 413
  static constexpr std::size_t diff_bytes_max = 1U << 20U;     // shown of a pull request: cut there

  // --- sealing, documents ------------------------------------------------------------------------

  // SealedSecrets that are looked at, 5 ms of CPU a value: 503 busy beyond.
  static constexpr std::size_t sealed_queue_max = 16;
  static constexpr std::size_t document_bytes_max = 4U << 20U;  // of YAML or JSON text
  static constexpr std::size_t document_depth_max = 64;

  // --- prices ------------------------------------------------------------------------------------

  static constexpr std::size_t instance_types_max = 20'000;  // of a set: the file is refused beyond
  static constexpr std::uint64_t offer_download_bytes_max = 8ULL << 30U;  // the refresh fails
  static constexpr std::size_t price_snapshot_bytes_max = 8U << 20U;
  static constexpr std::size_t policy_rules_max = 1'000;  // no start beyond
  static constexpr std::size_t policy_rule_bytes_max = 2'000;
  static constexpr std::size_t namespace_roles_max = 1'000;  // no start beyond
  static constexpr std::size_t drift_queue_max = 8;  // each fetches the branch: 503 busy beyond
};

}  // namespace mainstay::clusters
