#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>

#include "apps/clusters/embedded_cluster/presenter.hpp"
#include "apps/clusters/embedded_cluster/selector.hpp"
#include "apps/clusters/embedded_cluster/versioned_store.hpp"
#include "base/clock.hpp"
#include "platform/http/body_stream.hpp"

namespace mainstay::clusters::embedded {

/// What one client watches.
struct WatchTerms {
  Presenter presenter;
  Selector selector = {};
  std::string prefix = {};  // of keys: "namespace/", or "" for all
  bool bookmarks = false;
  SteadyTime ends_at{};
};

/// The watches that are open. Everything on the one I/O thread of the embedded cluster's server.
class Watches {
 public:
  /// `bookmark_every`: where a client asked for bookmarks, so that it can go on from there.
  Watches(const VersionedStore& store, const Clock& clock, Millis bookmark_every)
      : store_(store), clock_(clock), bookmark_every_(bookmark_every) {}

  [[nodiscard]] std::size_t open() const { return watches_.size(); }

  /// Tells first what `begin` holds (events, in one piece), then the changes behind `since`, then
  /// all that follow.
  void add(const http::Request& request, http::Response& response, WatchTerms terms,
           std::string begin, Revision since);
  /// Of the store.
  void on_change(const Change& change);
  /// Ends those of a resource that is no more.
  void end_all_of(std::string_view resource);

 private:
  struct Watch {
    WatchTerms terms;
    std::shared_ptr<http::BodyStream> stream;
    SteadyTime bookmark_at{};
  };
  using Place = std::list<Watch>::iterator;

  void append_change(std::string& out, const Watch& watch, const Change& change) const;
  void on_tick(Place watch);

  const VersionedStore& store_;
  const Clock& clock_;
  Millis bookmark_every_;
  std::list<Watch> watches_;
};

}  // namespace mainstay::clusters::embedded
