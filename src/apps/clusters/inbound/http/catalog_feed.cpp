#include "apps/clusters/inbound/http/catalog_feed.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "apps/clusters/access.hpp"
#include "apps/clusters/errc.hpp"
#include "apps/clusters/inbound/http/api_calls.hpp"
#include "apps/clusters/inbound/http/catalog_json.hpp"
#include "apps/clusters/limits.hpp"
#include "apps/clusters/roles.hpp"
#include "base/text.hpp"

namespace mainstay::clusters {
namespace {

constexpr Millis catalog_look_every{500};

/// "[a,b]" of pieces that are JSON already.
class JsonList {
 public:
  std::string& next() {
    if (text_.size() > 1) text_.push_back(',');
    return text_;
  }
  std::string close() && {
    text_.push_back(']');
    return std::move(text_);
  }
  [[nodiscard]] bool empty() const { return text_.size() == 1; }

 private:
  std::string text_{"["};
};

struct WantedEntities {
  bool groups = false;
  bool secrets = false;
  bool types = false;
};

Result<WantedEntities> read_wanted(std::string_view query) {
  MS_TRY(const ApiQuery parameters, ApiQuery::parse(query, {"types"}));
  WantedEntities wanted;
  const std::string_view types = parameters.text("types");
  if (types.empty()) {
    wanted.groups = wanted.secrets = true;
    return wanted;
  }
  for (const std::string_view type : split(types, ',')) {
    if (type == "node-group") {
      wanted.groups = true;
    } else if (type == "secret") {
      wanted.secrets = true;
    } else if (type == "instance-type") {
      wanted.types = true;
    } else {
      return Error{Errc::query_invalid, "types: node-group, secret, instance-type"};
    }
  }
  return wanted;
}

}  // namespace

CatalogFeed::CatalogFeed(const ClusterReader& cluster, const InstanceCatalogue& catalogue,
                         std::string owner)
    : cluster_(cluster),
      catalogue_(catalogue),
      owner_(std::move(owner)),
      ticker_("clusters.catalog", catalog_look_every, [this] { tell_differences(); }) {}

void CatalogFeed::register_routes(http::Router& router, const Access& access) {
  router.add(
      http::Method::get, "/api/catalog/entities",
      access.require(reader_role, [this](const http::Request& request, http::Response& response,
                                         const Asker&) { get_entities(request, response); }));
  router.add(http::Method::get, "/api/catalog/events",
             access.require_stream(
                 reader_role, [this](const http::Request& request, http::Response& response,
                                     const Asker& asker) { listen(request, response, asker); }));
}

void CatalogFeed::stop() {
  ticker_.stop();
  hub_.close();
}

void CatalogFeed::get_entities(const http::Request& request, http::Response& response) const {
  const auto wanted = read_wanted(request.query);
  if (wanted.has_error()) return refuse_call(response, wanted.error());
  const auto groups = cluster_.node_groups();
  if (!groups->synced()) return refuse_call(response, Error{Errc::not_ready});
  const auto types = catalogue_.current();
  JsonList entities;
  if (wanted->groups) {
    groups->for_each([&](const NodeGroup& group) {
      append_group_entity(entities.next(), group, *types, owner_);
    });
  }
  if (wanted->secrets) {
    cluster_.secrets()->objects.for_each(
        [&](const ObjectFacts& secret) { append_secret_entity(entities.next(), secret, owner_); });
  }
  if (wanted->types) {
    for (const InstanceType& type : types->types()) {
      append_type_entity(entities.next(), type, types->origin().currency, owner_);
    }
  }
  tell_staleness(response, groups->resource_version(), groups->heard(), request.at);
  response.promise_nothing();
  response.content_type("application/json");
  response.body().append("{\"entities\":").append(std::move(entities).close()).append("}\n");
}

/// What is so already comes by GET /api/catalog/entities, asked behind the first event.
void CatalogFeed::listen(const http::Request& request, http::Response& response,
                         const Asker& asker) {
  const auto stream = hub_.listen(request, response, "", asker);
  if (stream != nullptr) hub_.tell(*stream, "begin", "{}");
}

void CatalogFeed::tell_differences() {
  Seen now{cluster_.node_groups(), cluster_.secrets()};
  const Seen before = std::exchange(seen_, now);
  if (const auto rounds = Limits::stream_comment_every / catalog_look_every;
      ++quiet_rounds_ >= static_cast<std::size_t>(rounds)) {
    quiet_rounds_ = 0;
    hub_.keep_alive();
  }
  if (before.groups == nullptr || hub_.listeners() == 0) return;
  const auto types = catalogue_.current();
  JsonList added;
  JsonList removed;
  const std::size_t kinds = std::min(now.groups->kinds.size(), before.groups->kinds.size());
  for (std::size_t i = 0; i < kinds; ++i) {
    now.groups->kinds[i]->objects.differences(
        before.groups->kinds[i]->objects,
        [&](const std::shared_ptr<const NodeGroup>& group) {
          append_group_entity(added.next(), *group, *types, owner_);
        },
        [&](const std::shared_ptr<const NodeGroup>& group) {
          append_json_quoted(removed.next(), group_entity_ref(*group));
        });
  }
  now.secrets->objects.differences(
      before.secrets->objects,
      [&](const std::shared_ptr<const ObjectFacts>& secret) {
        append_secret_entity(added.next(), *secret, owner_);
      },
      [&](const std::shared_ptr<const ObjectFacts>& secret) {
        append_json_quoted(removed.next(), secret_entity_ref(*secret));
      });
  if (added.empty() && removed.empty()) return;
  quiet_rounds_ = 0;
  hub_.publish("", "delta",
               "{\"added\":" + std::move(added).close() +
                   ",\"removed\":" + std::move(removed).close() + "}");
}

}  // namespace mainstay::clusters
