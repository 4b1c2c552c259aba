// Requests for changes: where each stands, and events as they get on.
#include <string>
#include <utility>

#include "apps/clusters/errc.hpp"
#include "apps/clusters/inbound/http/api_calls.hpp"
#include "apps/clusters/limits.hpp"
#include "apps/clusters/roles.hpp"

namespace mainstay::clusters {
namespace {

using http::Request;
using http::Response;

Result<Proposals::Query> read_change_query(const Request& request, const Asker& asker) {
  MS_TRY(const ApiQuery query, ApiQuery::parse(request.query, {"kind", "name", "state", "open",
                                                               "mine", "before", "limit"}));
  Proposals::Query out;
  if (const auto kind = query.text("kind"); !kind.empty()) {
    out.kind = change_kind(kind);
    if (!out.kind) return Error{Errc::query_invalid, "kind: nodegroup, secret or reseal"};
  }
  if (const auto state = query.text("state"); !state.empty()) {
    out.state = change_state(state);
    if (!out.state) return Error{Errc::query_invalid, "state: there is no such state"};
  }
  out.name = query.text("name");
  MS_TRY(out.only_open, query.flag("open"));
  MS_TRY(const bool mine, query.flag("mine"));
  if (mine) out.requested_by = asker.person();
  MS_TRY(out.before, query.number("before", 0, 0, INT64_MAX));
  MS_TRY(const std::int64_t limit,
         query.number("limit", 100, 1, static_cast<std::int64_t>(Limits::page_max)));
  out.limit = static_cast<std::size_t>(limit);
  return out;
}

void get_changes(const ApiParts& parts, const Request& request, Response& response,
                 const Asker& asker) {
  auto query = read_change_query(request, asker);
  if (query.has_error()) return refuse_call(response, query.error());
  const std::size_t limit = query->limit;
  auto reply = api_reply(response);
  parts.proposals.list(std::move(*query),
                       [reply, limit](Result<std::vector<Proposals::Listed>> found) {
                         if (found.has_error()) return reply->give(found.error());
                         json::Array all;
                         for (const auto& one : *found)
                           all.push_back(change_json(one.request, Detail::brief));
                         json::Object out{{"requests", std::move(all)}};
                         if (found->size() == limit)
                           out.push_back({"next", found->back().position});
                         reply->give(json::Value{std::move(out)});
                       });
}

ChangeId change_of(const Request& request) {
  return ChangeId{std::string{request.params.text("id")}};
}

void get_change(const ApiParts& parts, const Request& request, Response& response, const Asker&) {
  parts.proposals.find(change_of(request),
                       [reply = api_reply(response)](Result<ChangeRequest> found) {
                         if (found.has_error()) return reply->give(found.error());
                         reply->give(change_json(*found, Detail::whole));
                       });
}

/// What asking for the change takes.
Result<> check_may_retry(const Asker& asker, const Change& change) {
  const bool is_group = change.kind == ChangeKind::node_group;
  MS_TRY_VOID(check_may(asker, is_group ? author_role : secrets_role, "trying this again"));
  if (!change.skip_pull_request) return {};
  return check_may(asker, direct_role, "trying this again, as it skips the pull request,");
}

void retry_change(const ApiParts& parts, const Request& request, Response& response,
                  const Asker& asker) {
  if (!asker.may(author_role)) {
    const auto may = check_may(asker, secrets_role, "trying changes again");
    if (may.has_error()) return refuse_call(response, may.error());
  }
  ChangeId id = change_of(request);
  auto again = [&proposals = parts.proposals, &access = parts.access, asker, id,
                call = call_of(request), reply = api_reply(response)](Result<ChangeRequest> found) {
    if (found.has_error()) return reply->give(found.error());
    const auto may = check_may_retry(asker, found->change);
    if (may.has_error()) {
      access.note_refusal(asker, call, may.error());
      return reply->give(may.error());
    }
    proposals.try_again(id, asker.person(), [reply](Result<ChangeRequest> taken) {
      if (taken.has_error()) return reply->give(taken.error());
      reply->give(change_json(*taken, Detail::brief), 202);
    });
  };
  parts.proposals.find(std::move(id), std::move(again));
}

/// Where it stands now, then each step as it is taken; ends with the last one.
void stream_change(const ApiParts& parts, const Request& request, Response& response,
                   const Asker& asker) {
  auto reply = api_reply(response);
  Request again;  // what the stream's head needs, once it is known that there is such a request
  again.method = request.method;
  again.http_1_1 = request.http_1_1;
  parts.proposals.find(
      change_of(request), [reply, again, asker, &events = parts.events,
                           &proposals = parts.proposals](Result<ChangeRequest> found) {
        if (found.has_error()) return reply->give(found.error());
        reply->give_with([again, asker, &events, &proposals, id = found->id](Response& late) {
          auto stream = events.listen(again, late, id.get(), asker);
          if (stream == nullptr) return;
          // Asked once more: what happened between the two is in neither the first nor the stream.
          proposals.find(id, [&events, stream](Result<ChangeRequest> now) {
            if (now.has_error()) return stream->end();
            events.tell(*stream, "request", json::dump(change_json(*now, Detail::brief)));
            if (is_over(now->state)) stream->end();
          });
        });
      });
}

void stream_all(const ApiParts& parts, const Request& request, Response& response,
                const Asker& asker) {
  const auto stream = parts.events.listen(request, response, "", asker);
  if (stream != nullptr) (void)stream->send(": from now on\n\n");
}

}  // namespace

void register_change_routes(http::Router& router, const ApiParts& parts) {
  const auto bound = [&](auto handler) {
    return [parts, handler](const Request& request, Response& response, const Asker& asker) {
      handler(parts, request, response, asker);
    };
  };
  const auto route = [&](std::string_view role, auto handler) {
    return parts.access.require(role, bound(handler));
  };
  const auto stream = [&](auto handler) {
    return parts.access.require_stream(reader_role, bound(handler));
  };
  using http::Method;
  router.add(Method::get, "/api/requests", route(reader_role, get_changes));
  router.add(Method::get, "/api/requests/{id}", route(reader_role, get_change));
  router.add(Method::get, "/api/requests/{id}/events", stream(stream_change));
  router.add(Method::post, "/api/requests/{id}/retry", route({}, retry_change));
  router.add(Method::get, "/api/events", stream(stream_all));
}

}  // namespace mainstay::clusters
