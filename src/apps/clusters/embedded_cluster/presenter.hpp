#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/clusters/embedded_cluster/api_call.hpp"
#include "apps/clusters/embedded_cluster/resource_type.hpp"
#include "apps/clusters/embedded_cluster/versioned_store.hpp"
#include "base/clock.hpp"
#include "base/document.hpp"

namespace mainstay::clusters::embedded {

/// Writes objects, lists and events in the shape and version that one client takes.
class Presenter {
 public:
  Presenter(ResourceType type, Acceptance acceptance, std::string_view include_object);

  void append_object(std::string& out, const Document& object, SystemTime now) const;
  /// `continue_token` empty: this is the end.
  void append_list(std::string& out, const VersionedStore::Page& page, Revision revision,
                   const std::string& continue_token, SystemTime now) const;
  /// {"type": ..., "object": ...} and a line end. `revision`: what the object is told to have; 0:
  /// its own.
  void append_event(std::string& out, std::string_view type, const Document& object,
                    Revision revision, SystemTime now) const;
  /// BOOKMARK; `ends_initial_events` says so, for streaming lists.
  void append_bookmark(std::string& out, Revision revision, bool ends_initial_events) const;

  [[nodiscard]] const ResourceType& type() const { return type_; }

 private:
  [[nodiscard]] Document shaped(const Document& object, SystemTime now) const;
  [[nodiscard]] Document table(DocumentArray rows, Document metadata) const;

  ResourceType type_;
  Acceptance acceptance_;
  bool rows_are_bare_ = false;   // includeObject=None
  bool rows_are_whole_ = false;  // includeObject=Object
};

}  // namespace mainstay::clusters::embedded
