// Instance types with prices, and what the groups cost.
#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "apps/clusters/domain/instance_query.hpp"
#include "apps/clusters/errc.hpp"
#include "apps/clusters/inbound/http/api_calls.hpp"
#include "apps/clusters/inbound/http/group_json.hpp"
#include "apps/clusters/roles.hpp"
#include "base/text.hpp"

namespace mainstay::clusters {
namespace {

using http::Request;
using http::Response;

constexpr std::size_t type_parameters_max = 32;

/// Whose prices they are, and how old.
void tell_origin(Response& response, const InstanceTypeSet& types, SystemTime now) {
  response.header("X-Catalogue-Version", types.origin().version);
  response.header("X-Catalogue-Source", types.origin().source);
  std::string age;
  append_number(age, std::chrono::duration_cast<Seconds>(now - types.origin().taken_at).count());
  response.header("X-Catalogue-Age", age);
}

void get_types(const ApiParts& parts, const Request& request, Response& response) {
  const auto types = parts.catalogue.current();
  const auto fields = http::parse_form(request.query, type_parameters_max);
  if (!fields) {
    return refuse_call(response, Error{Errc::query_invalid, "the query cannot be read"});
  }
  std::vector<QueryParameter> parameters;
  for (const auto& [name, value] : *fields) parameters.push_back({name, value});
  const auto query = read_instance_query(parameters);
  if (query.has_error()) return refuse_call(response, query.error());
  const auto page = search(*types, *query);
  if (page.has_error()) return refuse_call(response, page.error());
  tell_origin(response, *types, request.at);
  if (!page->next.empty()) response.header("X-Next-Cursor", page->next);
  response.promise_nothing();
  response.content_type("application/json");
  std::string& body = response.body();
  body.push_back('[');
  for (const InstanceType* type : page->types) {
    if (body.size() > 1) body.push_back(',');
    append_instance_type(body, *type, types->origin().currency);
  }
  body.append("]\n");
}

void get_type(const ApiParts& parts, const Request& request, Response& response) {
  const auto types = parts.catalogue.current();
  const std::string_view name = request.params.text("name");
  const InstanceType* type = types->find(name);
  if (type == nullptr) {
    return refuse_call(response, Error{Errc::instance_type_not_found, std::string{name}});
  }
  tell_origin(response, *types, request.at);
  response.promise_nothing();
  response.content_type("application/json");
  append_instance_type(response.body(), *type, types->origin().currency);
  response.body().push_back('\n');
}

/// Adds up; a sum that is too large stays where it was, which nobody's money reaches.
void add_cost(GroupCost& sum_so_far, const GroupCost& one) {
  sum_so_far.target.currency = sum_so_far.most.currency = one.target.currency;
  if (auto next = sum(sum_so_far.target.amount, one.target.amount); next.has_value()) {
    sum_so_far.target.amount = *next;
  }
  if (auto next = sum(sum_so_far.most.amount, one.most.amount); next.has_value()) {
    sum_so_far.most.amount = *next;
  }
}

json::Object cost_members(const GroupCost& cost) {
  return {{"target", to_text(cost.target.amount)}, {"most", to_text(cost.most.amount)}};
}

/// Of every group and team; groups whose price is not known are listed as such.
void get_costs(const ApiParts& parts, const Request& request, Response& response) {
  const auto view = parts.cluster.node_groups();
  if (!view->synced()) return refuse_call(response, Error{Errc::not_ready});
  const auto types = parts.catalogue.current();
  GroupCost all;
  std::map<std::string, GroupCost> teams;
  json::Array groups;
  json::Array unknown;
  view->for_each([&](const NodeGroup& group) {
    const GroupFacts facts = facts_of(group);
    const auto cost = cost_of(facts, *types);
    if (cost.has_error()) {
      unknown.push_back(json::Object{{"name", group.name}, {"reason", cost.error().message()}});
      return;
    }
    add_cost(all, *cost);
    add_cost(teams[facts.team], *cost);
    json::Object one = cost_members(*cost);
    one.insert(one.begin(), {{"name", group.name}, {"team", facts.team}});
    groups.push_back(std::move(one));
  });
  json::Array by_team;
  for (const auto& [team, cost] : teams) {
    json::Object one = cost_members(cost);
    one.insert(one.begin(), {"team", team});
    by_team.push_back(std::move(one));
  }
  tell_staleness(response, view->resource_version(), view->heard(), request.at);
  response.promise_nothing();
  http::answer_json(response, json::Object{{"period", "month"},
                                           {"currency", types->origin().currency.code()},
                                           {"total", cost_members(all)},
                                           {"teams", std::move(by_team)},
                                           {"groups", std::move(groups)},
                                           {"unknown", std::move(unknown)}});
}

}  // namespace

void register_type_routes(http::Router& router, const ApiParts& parts) {
  const auto reads = [&](auto route) {
    return parts.access.require(
        reader_role, [parts, route](const Request& request, Response& response, const Asker&) {
          route(parts, request, response);
        });
  };
  using http::Method;
  router.add(Method::get, "/api/instance_types", reads(get_types));
  router.add(Method::get, "/api/instance_types/{name}", reads(get_type));
  router.add(Method::get, "/api/costs", reads(get_costs));
}

}  // namespace mainstay::clusters
