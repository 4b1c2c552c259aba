// Node groups: read from the watch cache, changed by proposals.
#include <memory>
#include <string>
#include <utility>

#include "apps/clusters/domain/group_request.hpp"
#include "apps/clusters/errc.hpp"
#include "apps/clusters/inbound/http/api_calls.hpp"
#include "apps/clusters/inbound/http/group_json.hpp"
#include "apps/clusters/inbound/http/group_texts.hpp"
#include "apps/clusters/roles.hpp"

namespace mainstay::clusters {
namespace {

using http::Request;
using http::Response;

Error groups_not_read() {
  return {Errc::not_ready, "the first list of node groups has not come yet"};
}

void get_groups(const ApiParts& parts, const Request& request, Response& response) {
  const auto view = parts.cluster.node_groups();
  if (!view->synced()) return refuse_call(response, groups_not_read());
  const auto types = parts.catalogue.current();
  tell_staleness(response, view->resource_version(), view->heard(), request.at);
  response.promise_nothing();
  response.content_type("application/json");
  std::string& body = response.body();
  body.push_back('[');
  view->for_each([&](const NodeGroup& group) {
    if (body.size() > 1) body.push_back(',');
    append_group(body, group, *types);
  });
  body.append("]\n");
}

void get_group(const ApiParts& parts, GroupTexts& texts, const Request& request,
               Response& response) {
  const auto view = parts.cluster.node_groups();
  if (!view->synced()) return refuse_call(response, groups_not_read());
  const std::string_view name = request.params.text("name");
  const auto group = view->find(name);
  if (group == nullptr) {
    return refuse_call(response, Error{Errc::node_group_not_found, std::string{name}});
  }
  const auto types = parts.catalogue.current();
  tell_staleness(response, view->resource_version(), view->heard(), request.at);
  response.promise_nothing();
  response.content_type("application/json");
  texts.append(response.body(), group, types);
  response.body().push_back('\n');
}

void post_group(const ApiParts& parts, const Request& request, Response& response,
                const Asker& asker) {
  const auto body = parse_api_body(request);
  if (body.has_error()) return refuse_call(response, body.error());
  auto wanted = read_new_group(*body);
  if (wanted.has_error()) return refuse_call(response, wanted.error());
  const auto order = read_order(request, asker, &*body);
  if (order.has_error()) return refuse_call(response, order.error());
  parts.desk.create_group(std::move(*wanted), *order, change_reply(response, *order));
}

void patch_group(const ApiParts& parts, const Request& request, Response& response,
                 const Asker& asker) {
  auto body = parse_api_body(request);
  if (body.has_error()) return refuse_call(response, body.error());
  const auto order = read_order(request, asker, &*body);
  if (order.has_error()) return refuse_call(response, order.error());
  parts.desk.update_group(std::string{request.params.text("name")}, std::move(*body), *order,
                          change_reply(response, *order));
}

void delete_group(const ApiParts& parts, const Request& request, Response& response,
                  const Asker& asker) {
  const auto order = read_order(request, asker, nullptr);
  if (order.has_error()) return refuse_call(response, order.error());
  parts.desk.remove_group(std::string{request.params.text("name")}, *order,
                          change_reply(response, *order));
}

}  // namespace

void register_group_routes(http::Router& router, const ApiParts& parts) {
  using http::Method;
  const auto reads = [&](auto route) {
    return parts.access.require(
        reader_role, [parts, route](const Request& request, Response& response, const Asker&) {
          route(parts, request, response);
        });
  };
  const auto changes = [&](auto route) {
    return parts.access.require(
        author_role,
        [parts, route](const Request& request, Response& response, const Asker& asker) {
          route(parts, request, response, asker);
        });
  };
  const auto get_one = [texts = std::make_shared<GroupTexts>()](
                           const ApiParts& all, const Request& request, Response& response) {
    get_group(all, *texts, request, response);
  };
  router.add(Method::get, "/api/nodegroups", reads(get_groups));
  router.add(Method::post, "/api/nodegroups", changes(post_group));
  router.add(Method::get, "/api/nodegroups/{name}", reads(get_one));
  router.add(Method::patch, "/api/nodegroups/{name}", changes(patch_group));
  router.add(Method::delete_, "/api/nodegroups/{name}", changes(delete_group));
}

}  // namespace mainstay::clusters
