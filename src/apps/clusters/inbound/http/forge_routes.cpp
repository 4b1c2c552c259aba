#include "apps/clusters/inbound/http/forge_routes.hpp"

#include <memory>
#include <utility>
#include <vector>

#include "apps/clusters/audit_export.hpp"
#include "apps/clusters/errc.hpp"
#include "apps/clusters/limits.hpp"
#include "apps/clusters/roles.hpp"
#include "base/locked.hpp"
#include "platform/http/json_reply.hpp"
#include "platform/http/page_assets.hpp"

namespace mainstay::clusters {

namespace web {  // generated from web/
std::string_view asset(std::string_view name);
}  // namespace web

namespace {

using http::JsonReply;
using http::Request;
using http::Response;

void forge_busy(Response& response) { http::refuse_problem(response, Errc::busy); }

std::string_view name_of_pull_state(PullRequestState state) {
  switch (state) {
    case PullRequestState::open:
      return "open";
    case PullRequestState::merged:
      return "merged";
    case PullRequestState::closed:
      break;
  }
  return "closed";
}

json::Object pull_json(const ReviewedPull& pull) {
  return {{"number", pull.number},
          {"state", name_of_pull_state(pull.state)},
          {"title", pull.title},
          {"body", pull.body},
          {"head", pull.head},
          {"base", pull.base},
          {"head_commit", pull.head_commit},
          {"merge_commit", pull.merge_commit},
          {"decided_by", pull.decided_by},
          {"created_at", audit_time(pull.created_at)},
          {"updated_at", audit_time(pull.updated_at)}};
}

Result<json::Value> list_pulls(Review& review) {
  MS_TRY(const auto pulls, review.list(Limits::page_max));
  json::Array all;
  for (const ReviewedPull& pull : pulls) all.emplace_back(pull_json(pull));
  return json::Value{json::Object{{"pulls", std::move(all)}}};
}

Result<json::Value> show_pull(Review& review, std::int64_t number) {
  MS_TRY(const ReviewedPull pull, review.pull(number));
  MS_TRY(const PullDiff diff, review.diff(number));
  json::Object out = pull_json(pull);
  out.push_back({"diff", diff.text});
  out.push_back({"diff_is_cut", diff.is_cut});
  out.push_back({"can_merge", diff.can_merge});
  out.push_back({"author", diff.author});
  out.push_back({"is_signed", diff.is_signed});
  out.push_back({"message", diff.message});
  return json::Value{std::move(out)};
}

/// Does it on the lane, and answers what comes of it.
template <class Work>
void on_lane(Lane& lane, Response& response, Work work) {
  auto reply = std::make_shared<JsonReply>(response, forge_busy);
  static_cast<void>(lane.try_post([reply, work = std::move(work)] { reply->give(work()); }));
}

std::int64_t number_of(const Request& request) {
  return static_cast<std::int64_t>(request.params.number("number") & INT64_MAX);
}

std::string decider(const Asker& asker) {
  return asker.email.empty() ? asker.name : asker.name + " <" + asker.email + '>';
}

using Decide = Result<ReviewedPull> (Review::*)(std::int64_t, const std::string&);

void add_decision(http::Router& router, const Access& access, std::string_view word, Decide decide,
                  Review& review, Lane& lane, const ForgeNewsListener& news) {
  router.add(http::Method::post, "/clusters/forge/pulls/{number:u64}/" + std::string{word},
             access.require(
                 merge_role, [&review, &lane, decide, news](
                                 const Request& request, Response& response, const Asker& asker) {
                   on_lane(lane, response,
                           [&review, decide, news, number = number_of(request),
                            by = decider(asker)]() -> Result<json::Value> {
                             MS_TRY(const ReviewedPull pull, (review.*decide)(number, by));
                             news(number);
                             return json::Value{pull_json(pull)};
                           });
                 }));
}

}  // namespace

void register_review_routes(http::Router& router, const Access& access, Review& review, Lane& lane,
                            ForgeNewsListener news) {
  router.add(http::Method::get, "/clusters/forge[/]", [](const Request&, Response& response) {
    http::answer_asset(response, "forge.html", web::asset("forge.html"));
  });
  router.add(http::Method::get, "/clusters/forge/pulls",
             access.require(reader_role,
                            [&review, &lane](const Request&, Response& response, const Asker&) {
                              on_lane(lane, response, [&review] { return list_pulls(review); });
                            }));
  router.add(http::Method::get, "/clusters/forge/pulls/{number:u64}",
             access.require(reader_role, [&review, &lane](const Request& request,
                                                          Response& response, const Asker&) {
               on_lane(lane, response, [&review, number = number_of(request)] {
                 return show_pull(review, number);
               });
             }));
  add_decision(router, access, "merge", &Review::merge, review, lane, news);
  add_decision(router, access, "close", &Review::close, review, lane, news);
}

void register_webhook_route(http::Router& router, WebhookKind kind, std::string secret,
                            ForgeNewsListener news) {
  auto hooks = std::make_shared<Locked<Webhooks>>();
  router.add(http::Method::post, "/clusters/forge/hook",
             [kind, secret = std::move(secret), news = std::move(news), hooks](
                 const Request& request, Response& response) {
               response.promise_nothing();
               const auto read = read_webhook(kind, request, secret, request.at);
               if (read.has_error()) return http::refuse_problem(response, read.error());
               bool is_new = false;
               {
                 auto seen = hooks->lock();
                 is_new = seen->is_new(read->delivery, request.at);
               }
               if (is_new) news(read->pull_request);
               response.status(202);
               http::answer_json(response, json::Object{{"status", is_new ? "ok" : "seen before"}});
             });
}

}  // namespace mainstay::clusters
