#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "apps/clusters/embedded_cluster/refusal.hpp"
#include "apps/clusters/embedded_cluster/resource_type.hpp"
#include "apps/clusters/embedded_cluster/versioned_store.hpp"
#include "base/clock.hpp"
#include "base/document.hpp"
#include "base/random.hpp"
#include "base/unique_function.hpp"

namespace mainstay::clusters::embedded {

/// Which object, or which collection (no name), a call is about.
struct Target {
  ResourceType type;
  std::string space = {};  // namespace; empty: none, or all
  std::string name = {};
  bool status = false;  // the subresource

  [[nodiscard]] std::string key() const { return space + '/' + name; }
};

enum class FieldValidation : std::uint8_t { ignore, warn, strict };
enum class PatchKind : std::uint8_t { json, merge, strategic, apply };

/// How a write is to be done.
struct WriteOptions {
  SystemTime now{};
  std::string manager = {};  // of fields
  bool dry_run = false;
  bool force = false;  // an apply takes fields from their owners
  FieldValidation validation = FieldValidation::warn;
  // Of a deletion: what must hold; empty: nothing.
  std::string expected_uid = {};
  std::string expected_revision = {};
};

struct Written {
  Document object;
  bool created = false;
  std::vector<std::string> warnings = {};
};

/// What an API server of Kubernetes does, without HTTP: verbs on objects, kinds declared at run
/// time, owners of fields. Deterministic: time comes with each call, ids from the seed. One thread.
/// Its bounds are Limits::embedded_...; what it leaves out is listed in docs/clusters_cluster.md.
class ClusterState {
 public:
  ClusterState(const Document& builtin, std::uint64_t seed);

  [[nodiscard]] const ResourceTypes& types() const { return types_; }
  [[nodiscard]] const VersionedStore& store() const { return store_; }
  /// Told of each change that was made, in order; within the call that makes it.
  void on_change(UniqueFunction<void(const Change&)> listener) { listener_ = std::move(listener); }

  Outcome<Document> get(const Target& target) const;
  /// 201. The namespace must be there.
  Outcome<Written> create(const Target& target, Document object, const WriteOptions& options);
  Outcome<Written> update(const Target& target, Document object, const WriteOptions& options);
  /// An apply makes what is not there.
  Outcome<Written> patch(const Target& target, PatchKind kind, const Document& patch,
                         const WriteOptions& options);
  /// The object as it was, or, when finalizers hold it, as it is now.
  struct Deleted {
    Document object;
    bool is_gone = true;
  };
  Outcome<Deleted> remove(const Target& target, const WriteOptions& options);

  /// In the version that was asked for.
  static Document presented(const Document& object, const ResourceType& type);

 private:
  Outcome<Written> apply(const Target& target, const ObjectPointer& live, Document config,
                         const WriteOptions& options);
  Outcome<Written> make(const Target& target, Document object, const WriteOptions& options,
                        std::vector<std::string> warnings);
  Outcome<Written> change(const Target& target, const Document& live, Document object,
                          const WriteOptions& options, std::vector<std::string> warnings);
  Objection adopt(const Target& target, Document& object, const WriteOptions& options,
                  std::vector<std::string>& warnings) const;
  Objection check_space(const Target& target) const;
  Outcome<std::size_t> check_room(const Document& object, bool is_new) const;
  [[nodiscard]] std::string uid();
  [[nodiscard]] std::string suffix();

  const Change& put(const ResourceType& type, const std::string& key, Document object,
                    std::size_t bytes);
  void erase_object(const std::string& resource, const std::string& key);
  void after_definition(const Document& definition);
  void remove_all_of(const Document& definition);
  void remove_all_in(const std::string& space);

  ResourceTypes types_;
  VersionedStore store_;
  Random random_;
  UniqueFunction<void(const Change&)> listener_;
};

}  // namespace mainstay::clusters::embedded
