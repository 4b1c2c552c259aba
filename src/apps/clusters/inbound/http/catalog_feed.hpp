#pragma once

#include <memory>
#include <string>

#include "apps/clusters/inbound/http/event_hub.hpp"
#include "apps/clusters/ports/cluster_reader.hpp"
#include "apps/clusters/ports/instance_catalogue.hpp"
#include "platform/http/router.hpp"
#include "platform/lane/ticker.hpp"

namespace mainstay::clusters {

class Access;

/// What a Backstage catalog is told: all entities, and, as server-sent events, which of them came,
/// changed or went. Life: construct, register_routes(), start(), stop(). The ticker's thread looks
/// for differences twice a second, as long as somebody listens.
class CatalogFeed {
 public:
  /// `owner`: of what has no team. All outlive the feed.
  CatalogFeed(const ClusterReader& cluster, const InstanceCatalogue& catalogue, std::string owner);

  void register_routes(http::Router& router, const Access& access);
  void start() { ticker_.start(); }
  void stop();
  /// The ticker's job.
  void tell_differences();
  [[nodiscard]] EventHub& hub() { return hub_; }

 private:
  struct Seen {
    std::shared_ptr<const NodeGroupsView> groups;
    std::shared_ptr<const CacheView<ObjectFacts>> secrets;
  };
  void get_entities(const http::Request& request, http::Response& response) const;
  void listen(const http::Request& request, http::Response& response, const Asker& asker);

  const ClusterReader& cluster_;
  const InstanceCatalogue& catalogue_;
  const std::string owner_;
  EventHub hub_;
  Seen seen_;  // the ticker's
  std::size_t quiet_rounds_ = 0;
  Ticker ticker_;  // last: its thread uses all of this
};

}  // namespace mainstay::clusters
