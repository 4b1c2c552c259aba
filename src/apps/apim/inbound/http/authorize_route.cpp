#include "apps/apim/domain/limit_headers.hpp"
#include "apps/apim/inbound/http/extensions.hpp"
#include "apps/apim/inbound/http/idempotency_key.hpp"
#include "apps/apim/inbound/http/public_answer.hpp"
#include "apps/apim/inbound/http/public_call.hpp"

namespace mainstay::apim {
namespace {

AuthorizeCommand::Kind verb_of(CallKind kind) {
  const bool counts = kind == CallKind::authrep || kind == CallKind::authrep_oauth;
  return counts ? AuthorizeCommand::Kind::authrep : AuthorizeCommand::Kind::authorize;
}

void append_limit_header(http::Response& response, std::string_view name, std::int64_t value) {
  response.header(name, std::to_string(value));
}

void add_limit_headers(http::Response& response, const LimitHeaders& limits) {
  append_limit_header(response, "3scale-limit-remaining", limits.remaining);
  append_limit_header(response, "3scale-limit-reset", limits.reset);
  if (limits.max_value) append_limit_header(response, "3scale-limit-max-value", *limits.max_value);
}

}  // namespace

/// What the query says and what the request around it does, as one command.
void PublicApi::Call::take(AuthorizeQuery& query) {
  command = &query.command;
  prepared = &query.prepared;
  caller = command->caller;
  extensions.no_body |= query.no_body;
  command->kind = verb_of(kind);
  command->oauth = kind == CallKind::authorize_oauth || kind == CallKind::authrep_oauth;
  command->extensions = extensions;
  command->idempotency_key = {};
}

void PublicApi::authorize(CallKind kind, const http::Request& request, http::Response& response) {
  Workspace& work = *workspaces_[request.thread];
  const CatalogReader::Reading reading{work.reader};
  Call call{kind, request, response, work, reading, parts_.log.accepts()};
  call.extensions = parse_extensions(request.header("3scale-options"));
  if (verb_of(kind) == AuthorizeCommand::Kind::authorize) {
    response.promise_nothing();
  } else if (!call.records) {
    return refuse_unrecorded(call);
  }
  if (auto done = try_authorize(call); done.has_error()) {
    refuse(call, done.error());
  } else {
    render(call);
  }
  parts_.probe.answered(kind, response.status());
}

Result<> PublicApi::try_authorize(Call& call) {
  MS_TRY(AuthorizeQuery * query, call.work.queries.get(call.request.query));
  call.take(*query);
  const CallShape shape{call.version, call.kind, call.extensions};
  if (query->prepared.shape != shape) {
    query->prepared.shape.reset();
    MS_TRY_VOID(prepare(call, *query));
    query->prepared.shape = shape;
  }
  AuthorizeCommand& command = *call.command;
  if (command.kind == AuthorizeCommand::Kind::authrep) {
    MS_TRY(command.idempotency_key, idempotency_key(query->idempotency_key, call.request));
  }
  const SystemTime now = call.request.at;
  Status& status = query->prepared.status;
  Result<> judged;
  if (command.idempotency_key.empty()) {
    authorizer_.judge(command, now, status);
  } else {
    judged = authorizer_.judge_once(command, now, status);
  }
  const bool reports = !command.usage.empty() && (status.charged || status.repeated);
  meter(call, {query->prepared.provider_key, 1, reports ? 1 : 0});
  if (status.charged) {
    parts_.probe.shadow_exceeded(
        parts_.notices.after_charge(*status.service, *status.application, unix_seconds(now)));
  }
  return judged;
}

/// What nothing can record is not metered.
void PublicApi::meter(const Call& call, const MeteredCalls& metered) {
  if (!call.records) return;
  parts_.meter.count(call.catalog, call.request.thread, metered, call.request.at);
}

/// The order of these checks is the protocol's.
Result<> PublicApi::prepare(Call& call, AuthorizeQuery& query) {
  const AuthorizeCommand& command = *call.command;
  if (!query.parameters.valid_utf8()) return plain_error(Errc::not_valid_data);
  MS_TRY(query.prepared.provider_key, resolve_provider_key(call.catalog, command.caller));
  if (query.names_user_id) return plain_error(Errc::end_users_no_longer_supported);
  if (!query.usage_is_map) return plain_error(Errc::usage_format_invalid);

  query.prepared.frame = {};
  const std::string_view provider_key = query.prepared.provider_key;
  query.prepared.status.of_now = &call.work.windows_of_now;
  auto done = authorizer_.prepare(call.catalog, provider_key, command, query.prepared.status);
  // An authorize is metered before anything of it can fail, an authrep even if nobody is found.
  if (done.has_error() && (command.kind == AuthorizeCommand::Kind::authorize ||
                           done.error().is(Errc::application_not_found))) {
    meter(call, {provider_key, 1, 0});
  }
  return done;
}

void PublicApi::render(Call& call) {
  http::Response& response = call.response;
  const Status& status = call.prepared->status;
  const Extensions& extensions = call.extensions;
  response.status(status.authorized() ? 200 : 409);
  response.content_type(xml_type);
  add_common_headers(response);
  if (extensions.rejection_reason_header && !status.authorized()) {
    response.header("3scale-rejection-reason", error_row(status.rejection->code).name);
  }
  const bool over_limits = !status.authorized() && status.rejection->code == Errc::limits_exceeded;
  if (extensions.limit_headers && (status.authorized() || over_limits)) {
    add_limit_headers(response, limit_headers(status, *call.command, call.request.at));
    if (status.in_grace()) response.header("3scale-limit-grace", "1");
  }
  if (!extensions.no_body) {
    call.work.xml.append(response.body(), status, *call.command, call.prepared->frame);
  }
}

}  // namespace mainstay::apim
