#include "apps/clusters/embedded_cluster/api_server.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "apps/clusters/codec/yaml.hpp"
#include "apps/clusters/embedded_cluster/discovery.hpp"
#include "apps/clusters/embedded_cluster/openapi.hpp"
#include "apps/clusters/embedded_cluster/protobuf_body.hpp"
#include "apps/clusters/embedded_cluster/sealing_key_holder.hpp"
#include "apps/clusters/embedded_cluster/selector.hpp"
#include "apps/clusters/embedded_cluster/tree.hpp"
#include "apps/clusters/limits.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "platform/json/json.hpp"

namespace mainstay::clusters::embedded {

namespace {

using http::Method;

constexpr std::string_view json_type = "application/json";
constexpr std::string_view warning_header = "X-Mainstay-Embedded-Cluster";
constexpr std::string_view warning_text = "for development and tests, not for production";

json::ParseLimits json_limits() {
  json::ParseLimits limits;
  limits.bytes_max = 2 * Limits::embedded_object_bytes_max;
  limits.depth_max = Limits::document_depth_max;
  return limits;
}

Outcome<Document> parse_json(std::string_view text) {
  auto parsed = json::parse(text, json_limits());
  if (parsed) return *std::move(parsed);
  return bad_request("the body is no JSON: " + parsed.error().detail());
}

Outcome<Document> parse_yaml(std::string_view text) {
  // What most clients send as YAML is JSON.
  if (trimmed(text).starts_with('{')) return parse_json(text);
  auto parsed = yaml::parse_one(text);
  if (parsed) return *std::move(parsed);
  return bad_request("the body is no YAML: " + parsed.error().detail());
}

std::string media_type(const http::Request& request) {
  const std::string_view header = request.header("Content-Type");
  return lower_case(trimmed(header.substr(0, header.find(';'))));
}

Refusal unsupported(std::string_view type, std::string_view accepted) {
  return {415, "UnsupportedMediaType",
          "the body of the request was in an unknown format - accepted media types include: " +
              std::string{accepted} + (type.empty() ? "" : "; it was " + std::string{type})};
}

Outcome<Document> body_of(const http::Request& request) {
  const std::string type = media_type(request);
  if (type.empty() || type == json_type) return parse_json(request.body);
  if (type == "application/yaml") return parse_yaml(request.body);
  if (type == "application/vnd.kubernetes.protobuf") return parse_protobuf_body(request.body);
  return unsupported(type,
                     "application/json, application/yaml, application/vnd.kubernetes.protobuf");
}

std::string_view verb_of(const http::Request& request, const Place& place, const Query& query) {
  switch (request.method) {
    case Method::get:
    case Method::head:
      if (query.watch) return "watch";
      return place.name.empty() ? "list" : "get";
    case Method::post:
      return "create";
    case Method::put:
      return "update";
    case Method::patch:
      return "patch";
    case Method::delete_:
      return place.name.empty() ? "deletecollection" : "delete";
    default:
      return {};
  }
}

Refusal method_not_allowed() {
  return {405, "MethodNotAllowed",
          "the server does not allow this method on the requested resource"};
}

Refusal no_such_path() {
  return {404, "NotFound", "the server could not find the requested resource"};
}

Refusal too_large_revision(Revision asked, Revision current) {
  Refusal refusal{504, "Timeout",
                  "Too large resource version: " + std::to_string(asked) +
                      ", current: " + std::to_string(current)};
  refusal.causes.push_back({"ResourceVersionTooLarge", "Too large resource version", ""});
  refusal.retry_after_seconds = 1;
  return refusal;
}

Document success(const Target& target, const Document& gone) {
  DocumentObject details{{"name", target.name}};
  if (!target.type.group.empty()) details.push_back({"group", target.type.group});
  details.push_back({"kind", target.type.plural});
  details.push_back({"uid", text_of(gone, {"metadata", "uid"})});
  return DocumentObject{{"kind", "Status"},
                        {"apiVersion", "v1"},
                        {"metadata", DocumentObject{}},
                        {"status", "Success"},
                        {"details", std::move(details)}};
}

Document version_document() {
  return DocumentObject{
      {"major", "1"},    {"minor", "33"},           {"gitVersion", "v1.33.0+mainstay-embedded"},
      {"gitCommit", ""}, {"gitTreeState", "clean"}, {"buildDate", "1970-01-01T00:00:00Z"},
      {"goVersion", ""}, {"compiler", "gcc"},       {"platform", "linux/amd64"}};
}

}  // namespace

/// One request, and how it is answered.
struct ApiServer::Call {
  const http::Request& request;
  http::Response& response;
  Place place;
  Query query = {};
  Acceptance acceptance = {};
  const Caller* caller = nullptr;
  SystemTime now{};

  void answer(const Document& document, int status = 200) {
    response.status(status);
    response.content_type(json_type);
    response.promise_nothing();
    json::append(response.body(), document);
  }
  void refuse(const Refusal& refusal) {
    response.body().clear();
    if (refusal.retry_after_seconds > 0) {
      response.header("Retry-After", std::to_string(refusal.retry_after_seconds));
    }
    answer(to_status(refusal), refusal.code);
  }
  void answer_text(std::string_view text) {
    response.content_type("text/plain");
    response.promise_nothing();
    response.body() = text;
  }
  void answer_object(const Target& target, const Document& object, int status = 200) {
    response.status(status);
    response.content_type(json_type);
    response.promise_nothing();
    const Presenter presenter{target.type, acceptance, query.include_object};
    presenter.append_object(response.body(), object, now);
  }
  void answer_written(const Target& target, Outcome<Written> written) {
    if (!written) return refuse(written.refusal());
    for (const std::string& warning : written->warnings) {
      response.header("Warning", "299 - " + quoted(Document{warning}));
    }
    answer_object(target, written->object, written->created ? 201 : 200);
  }
};

ApiServer::ApiServer(const Document& builtin, ApiServerOptions options, const Clock& clock)
    : clock_(clock),
      options_(std::move(options)),
      state_(builtin, options_.seed),
      tokens_(options_.admin_token),
      watches_(state_.store(), clock, options_.bookmark_every) {
  state_.on_change([this](const Change& change) { on_change(change); });
}

void ApiServer::on_change(const Change& change) {
  if (change.resource == "secrets") tokens_.note(change.key, change.after.get());
  watches_.on_change(change);
  const bool is_definition = change.resource == "customresourcedefinitions.apiextensions.k8s.io";
  if (is_definition && change.after == nullptr) watches_.end_all_of(change.key.substr(1));
}

void ApiServer::handle(const http::Request& request, http::Response& response) {
  Call call{request, response, parse_place(request.path)};
  response.header(warning_header, warning_text);
  call.now = clock_.wall();
  call.caller = tokens_.find(request.header("Authorization"));
  if (call.place.kind == Place::Kind::other) return serve_other(call);
  if (call.caller == nullptr) return call.refuse({401, "Unauthorized", "Unauthorized"});
  auto query = Query::parse(request.query);
  if (!query) return call.refuse(query.refusal());
  call.query = *std::move(query);
  call.query.write.now = call.now;
  if (call.query.write.manager.empty() && request.method != Method::patch) {
    call.query.write.manager = default_manager(request.header("User-Agent"));
  }
  const auto acceptance = parse_accept(request.header("Accept"));
  if (!acceptance) {
    return call.refuse(
        {406, "NotAcceptable", "only the following media types are accepted: application/json"});
  }
  call.acceptance = *acceptance;
  serve(call);
}

void ApiServer::serve(Call& call) {
  using Kind = Place::Kind;
  switch (call.place.kind) {
    case Kind::api:
    case Kind::apis:
    case Kind::group:
    case Kind::group_version:
      return serve_discovery(call);
    case Kind::resource:
      return serve_resource(call);
    case Kind::proxy:
      return serve_proxy(call);
    default:
      return call.refuse(no_such_path());
  }
}

void ApiServer::serve_other(Call& call) {
  const std::string& path = call.place.path;
  if (path == "/healthz" || path == "/livez" || path == "/readyz") return call.answer_text("ok");
  if (path == "/version" || path == "/version/") return call.answer(version_document());
  if (call.caller == nullptr) return call.refuse({401, "Unauthorized", "Unauthorized"});
  if (path.starts_with("/openapi/")) return serve_openapi(call);
  if (path != "/") return call.refuse(no_such_path());
  call.answer(
      DocumentObject{{"paths", DocumentArray{"/api", "/apis", "/healthz", "/livez", "/openapi/v2",
                                             "/openapi/v3", "/readyz", "/version"}}});
}

void ApiServer::serve_openapi(Call& call) {
  const ResourceTypes& types = state_.types();
  std::string_view path = call.place.path;
  if (path == "/openapi/v2") {
    const auto acceptance = parse_accept(call.request.header("Accept"));
    if (!acceptance) return call.refuse({406, "NotAcceptable", "JSON or protobuf are served"});
    if (std::exchange(openapi_generation_, types.generation()) != types.generation()) {
      const Document document = openapi_v2(types);
      openapi_json_ = quoted(document);
      openapi_protobuf_ = openapi_v2_protobuf(document);
    }
    call.response.promise_nothing();
    call.response.content_type(acceptance->protobuf
                                   ? "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
                                   : json_type);
    call.response.body() = acceptance->protobuf ? openapi_protobuf_ : openapi_json_;
    return;
  }
  if (path == "/openapi/v3") return call.answer(openapi_v3_index(types));
  constexpr std::string_view v3 = "/openapi/v3/";
  if (!path.starts_with(v3)) return call.refuse(no_such_path());
  const auto document = openapi_v3(types, path.substr(v3.size()));
  if (!document) return call.refuse(no_such_path());
  call.answer(*document);
}

void ApiServer::serve_discovery(Call& call) {
  using Kind = Place::Kind;
  if (call.request.method != Method::get && call.request.method != Method::head) {
    return call.refuse(method_not_allowed());
  }
  const ResourceTypes& types = state_.types();
  const Kind kind = call.place.kind;
  const std::string& version = call.acceptance.discovery_version;
  if ((kind == Kind::api || kind == Kind::apis) && !version.empty()) {
    call.answer(aggregated_discovery(types, kind == Kind::api ? Groups::core : Groups::named,
                                     "apidiscovery.k8s.io/" + version));
    // The type tells that it is the aggregated form.
    call.response.content_type(
        version == "v2"
            ? "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
            : "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList");
    return;
  }
  if (kind == Kind::api) return call.answer(api_versions());
  if (kind == Kind::apis) return call.answer(api_group_list(types));
  const auto found = kind == Kind::group
                         ? api_group(types, call.place.group)
                         : api_resource_list(types, call.place.group, call.place.version);
  if (!found) return call.refuse(no_such_path());
  call.answer(*found);
}

void ApiServer::serve_resource(Call& call) {
  const Place& place = call.place;
  const ResourceType* type = state_.types().find(place.group, place.version, place.plural);
  if (type == nullptr) return call.refuse(no_such_path());
  Target target{*type, place.space, place.name, place.subresource == "status"};
  if (!place.subresource.empty() && !(target.status && type->has_status)) {
    return call.refuse(no_such_path());
  }
  if (!type->namespaced && !place.space.empty()) return call.refuse(no_such_path());
  const std::string_view verb = verb_of(call.request, place, call.query);
  const auto verbs = type->verbs();
  if (std::ranges::find(verbs, verb) == verbs.end()) return call.refuse(method_not_allowed());
  if (!call.caller->may(verb) && !type->only_answers) {
    const std::string where =
        place.space.empty() ? " at the cluster scope" : " in the namespace \"" + place.space + '"';
    Refusal refusal = forbidden(type->resource() + " is forbidden: User \"" + call.caller->user +
                                "\" cannot " + std::string{verb} + " resource \"" + type->plural +
                                "\" in API group \"" + type->group + '"' + where);
    refusal.group = type->group;
    refusal.kind = type->plural;
    refusal.name = place.name;
    return call.refuse(refusal);
  }
  const bool needs_space = type->namespaced && place.space.empty();
  if (needs_space && (!place.name.empty() || verb == "create" || verb == "deletecollection")) {
    return call.refuse(method_not_allowed());
  }
  if (verb == "watch") return serve_watch(call, target);
  if (verb == "list") return serve_list(call, target);
  if (verb == "get") return serve_get(call, target);
  if (verb == "create" && type->only_answers) return serve_review(call, target);
  if (verb == "create" && place.name.empty()) return serve_create(call, target);
  if (verb == "deletecollection") return serve_delete_collection(call, target);
  if (place.name.empty() || verb == "create") return call.refuse(method_not_allowed());
  if (verb == "update") return serve_update(call, target);
  if (verb == "patch") return serve_patch(call, target);
  serve_delete(call, target);
}

// --- Reads

void ApiServer::serve_get(Call& call, const Target& target) {
  const auto object = state_.get(target);
  if (!object) return call.refuse(object.refusal());
  call.answer_object(target, *object);
}

/// Which revision a list is to show.
Outcome<Revision> ApiServer::revision_of_list(const Query& query) const {
  const Revision current = state_.store().revision();
  if (query.resource_version.empty() || query.resource_version == "0") return current;
  const auto asked = parse_u64(query.resource_version);
  if (!asked) {
    return bad_request("resourceVersion: Invalid value: " +
                       quoted(Document{query.resource_version}));
  }
  if (*asked > current) return too_large_revision(*asked, current);
  if (query.resource_version_match != "Exact") return current;
  if (*asked < state_.store().oldest_kept()) {
    return expired("The provided resource version is too old: " + query.resource_version);
  }
  return *asked;
}

/// One page of what the selector takes.
Outcome<VersionedStore::Page> ApiServer::matching(const Target& target, const Selector& selector,
                                                  Revision revision, const std::string& after,
                                                  std::size_t limit) const {
  const std::string resource = target.type.resource();
  const std::string prefix = target.space.empty() ? "" : target.space + '/';
  auto page = state_.store().page(resource, prefix, revision, after, limit);
  if (selector.takes_all()) return page;
  VersionedStore::Page out;
  for (;;) {
    out.is_last = page.is_last;
    const std::string last = page.objects.empty() ? "" : page.objects.back().first;
    for (auto& one : page.objects) {
      if (!selector.matches(*one.second)) continue;
      out.objects.push_back(std::move(one));
    }
    if (page.is_last || out.objects.size() >= limit) return out;
    page = state_.store().page(resource, prefix, revision, last, limit - out.objects.size());
  }
}

void ApiServer::serve_list(Call& call, const Target& target) {
  const Query& query = call.query;
  const auto selector = Selector::parse(query.label_selector, query.field_selector);
  if (!selector) return call.refuse(selector.refusal());
  ContinueToken from;
  if (!query.continue_token.empty()) {
    const auto token = ContinueToken::parse(query.continue_token);
    if (!token) return call.refuse(bad_request("continue key is not valid"));
    if (token->revision < state_.store().oldest_kept()) {
      return call.refuse(expired(
          "The provided continue parameter is too old to display a consistent list result. You "
          "must start a new list without the continue parameter."));
    }
    from = *token;
  } else {
    const auto revision = revision_of_list(query);
    if (!revision) return call.refuse(revision.refusal());
    from.revision = *revision;
  }
  const auto page = matching(target, *selector, from.revision, from.after, query.limit);
  if (!page) return call.refuse(page.refusal());
  std::string next;
  if (!page->is_last && !page->objects.empty()) {
    next = ContinueToken{from.revision, page->objects.back().first}.text();
  }
  call.response.content_type(json_type);
  call.response.promise_nothing();
  const Presenter presenter{target.type, call.acceptance, query.include_object};
  presenter.append_list(call.response.body(), *page, from.revision, next, call.now);
}

void ApiServer::serve_watch(Call& call, const Target& target) {
  const Query& query = call.query;
  auto selector = Selector::parse(query.label_selector, query.field_selector);
  if (!selector) return call.refuse(selector.refusal());
  if (watches_.open() >= Limits::embedded_watches_max) {
    Refusal refusal{429, "TooManyRequests", "this cluster has all the watches it takes"};
    refusal.retry_after_seconds = 1;
    return call.refuse(refusal);
  }
  if (query.send_initial_events && query.resource_version_match != "NotOlderThan") {
    return call.refuse(invalid(
        "meta.k8s.io", "ListOptions", "",
        {{"FieldValueForbidden",
          "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
          "resourceVersionMatch"}}));
  }
  const Revision current = state_.store().revision();
  const bool from_anywhere = query.resource_version.empty() || query.resource_version == "0";
  const auto asked = from_anywhere ? current : parse_u64(query.resource_version).value_or(0);
  if (asked == 0) return call.refuse(bad_request("resourceVersion is no revision"));
  if (asked > current) return call.refuse(too_large_revision(asked, current));
  Presenter presenter{target.type, call.acceptance, query.include_object};
  std::string begin;
  Revision since = asked;
  if (query.send_initial_events || from_anywhere) {
    const auto page = matching(target, *selector, current, "", 0);
    for (const auto& [key, object] : page->objects) {
      presenter.append_event(begin, "ADDED", *object, 0, call.now);
    }
    if (query.send_initial_events) presenter.append_bookmark(begin, current, true);
    since = current;
  } else if (asked < state_.store().oldest_kept()) {
    // As Kubernetes' watch cache: the stream tells it, and ends.
    begin = R"({"type":"ERROR","object":)" +
            quoted(to_status(expired("too old resource version: " + query.resource_version + " (" +
                                     std::to_string(state_.store().oldest_kept()) + ')'))) +
            "}\n";
    call.response.content_type(json_type);
    call.response.promise_nothing();
    call.response.body() = begin;
    return;
  }
  const Seconds longest = query.timeout.value_or(options_.watch_longest);
  WatchTerms terms{std::move(presenter), *std::move(selector),
                   target.space.empty() ? "" : target.space + '/', query.allow_bookmarks,
                   clock_.steady() + longest};
  watches_.add(call.request, call.response, std::move(terms), std::move(begin), since);
}

// --- Writes

void ApiServer::serve_create(Call& call, const Target& target) {
  auto object = body_of(call.request);
  if (!object) return call.refuse(object.refusal());
  if (target.type.kind == "Secret" && target.type.group.empty()) {
    add_token(*object, secret_hex(16));
  }
  call.answer_written(target, state_.create(target, *std::move(object), call.query.write));
}

/// Access reviews: nothing is kept.
void ApiServer::serve_review(Call& call, const Target& target) {
  auto object = body_of(call.request);
  if (!object) return call.refuse(object.refusal());
  set_member(*object, "apiVersion", target.type.api_version());
  set_member(*object, "kind", target.type.kind);
  if (target.type.kind == "SelfSubjectReview") {
    set_member(*object, "status",
               DocumentObject{{"userInfo", DocumentObject{{"username", call.caller->user}}}});
    return call.answer(*object, 201);
  }
  const std::string& verb = text_of(*object, {"spec", "resourceAttributes", "verb"});
  const bool of_self = target.type.kind == "SelfSubjectAccessReview";
  const bool allowed =
      of_self ? call.caller->may(verb) : !text_of(*object, {"spec", "user"}).empty();
  set_member(*object, "status", DocumentObject{{"allowed", allowed}});
  call.answer(*object, 201);
}

void ApiServer::serve_update(Call& call, const Target& target) {
  auto object = body_of(call.request);
  if (!object) return call.refuse(object.refusal());
  call.answer_written(target, state_.update(target, *std::move(object), call.query.write));
}

void ApiServer::serve_patch(Call& call, const Target& target) {
  const std::string type = media_type(call.request);
  std::optional<PatchKind> kind;
  if (type == "application/json-patch+json") kind = PatchKind::json;
  if (type == "application/merge-patch+json") kind = PatchKind::merge;
  if (type == "application/strategic-merge-patch+json") kind = PatchKind::strategic;
  if (type == "application/apply-patch+yaml") kind = PatchKind::apply;
  // Kubernetes refuses this one for custom resources, and clients fall back to merge patches.
  const bool unfit = kind == PatchKind::strategic && target.type.custom;
  if (!kind || unfit) {
    return call.refuse(unsupported(type,
                                   "application/json-patch+json, application/merge-patch+json, "
                                   "application/apply-patch+yaml"));
  }
  auto patch =
      kind == PatchKind::apply ? parse_yaml(call.request.body) : parse_json(call.request.body);
  if (!patch) return call.refuse(patch.refusal());
  WriteOptions write = call.query.write;
  if (write.manager.empty() && kind != PatchKind::apply) {
    write.manager = default_manager(call.request.header("User-Agent"));
  }
  call.answer_written(target, state_.patch(target, *kind, *patch, write));
}

void ApiServer::serve_delete(Call& call, const Target& target) {
  WriteOptions write = call.query.write;
  if (!trimmed(call.request.body).empty()) {
    const auto options = body_of(call.request);
    if (!options) return call.refuse(options.refusal());
    write.expected_uid = text_of(*options, {"preconditions", "uid"});
    write.expected_revision = text_of(*options, {"preconditions", "resourceVersion"});
    const Document* dry_run = options->find("dryRun");
    write.dry_run = write.dry_run || (dry_run != nullptr && dry_run->if_array() != nullptr &&
                                      !dry_run->if_array()->empty());
  }
  const auto deleted = state_.remove(target, write);
  if (!deleted) return call.refuse(deleted.refusal());
  if (!deleted->is_gone) return call.answer_object(target, deleted->object);
  call.answer(success(target, deleted->object));
}

void ApiServer::serve_delete_collection(Call& call, const Target& target) {
  const auto selector = Selector::parse(call.query.label_selector, call.query.field_selector);
  if (!selector) return call.refuse(selector.refusal());
  const Revision revision = state_.store().revision();
  const auto page = matching(target, *selector, revision, "", 0);
  Target one = target;
  for (const auto& [key, object] : page->objects) {
    one.name = text_of(*object, {"metadata", "name"});
    const auto deleted = state_.remove(one, call.query.write);
    if (!deleted && deleted.refusal().code != 404) return call.refuse(deleted.refusal());
  }
  call.response.content_type(json_type);
  call.response.promise_nothing();
  const Presenter presenter{target.type, {}, {}};
  presenter.append_list(call.response.body(), *page, state_.store().revision(), {}, call.now);
}

// --- The sealed-secrets controller

/// All that runs behind services here: the newest key's certificate, whether keys open a
/// SealedSecret, and the same for the newest key.
void ApiServer::serve_proxy(Call& call) {
  const Place& place = call.place;
  const auto parts = split(place.name, ':');
  const std::string name{parts.size() == 1 ? parts[0] : parts[parts.size() == 3 ? 1 : 0]};
  const bool is_there = state_.store().find("services", place.space + '/' + name) != nullptr;
  if (!is_there) return call.refuse(not_found("", "services", name));
  const bool is_question = place.path == "/v1/verify" || place.path == "/v1/rotate";
  const bool is_served =
      call.request.method == Method::get ? place.path == "/v1/cert.pem" : is_question;
  if (!is_served || (is_question && call.request.method != Method::post)) {
    return call.refuse(
        {503, "ServiceUnavailable",
         "no endpoints available for service \"" + name + "\": this cluster runs nothing"});
  }
  const auto keys = Selector::parse("sealedsecrets.bitnami.com/sealed-secrets-key=active", "");
  const auto page =
      state_.store().page("secrets", place.space + '/', state_.store().revision(), "", 0);
  const Document* newest = nullptr;
  SealingKeyHolder holder;
  for (const auto& [key, secret] : page.objects) {
    if (!keys->matches(*secret)) continue;
    if (is_question) holder.add(text_of(*secret, {"data", "tls.key"}));
    const auto made = [](const Document& one) {
      return text_of(one, {"metadata", "creationTimestamp"});
    };
    if (newest == nullptr || made(*secret) >= made(*newest)) newest = secret.get();
  }
  const auto certificate =
      newest == nullptr ? std::nullopt : base64_decode(text_of(*newest, {"data", "tls.crt"}));
  if (!certificate) {
    return call.refuse(
        {503, "ServiceUnavailable", "there is no sealing key in the namespace " + place.space});
  }
  call.response.promise_nothing();
  if (is_question) {
    const auto answer = holder.answer(place.path, call.request.body, *certificate);
    call.response.status(answer.status);
    call.response.content_type(answer.status == 200 ? json_type : "text/plain");
    call.response.body() = answer.body;
    return;
  }
  call.response.content_type("application/x-pem-file");
  call.response.body() = *certificate;
}

// --- Seeds

Objection ApiServer::seed(const Document& objects) {
  for (const char* const name : {"default", "kube-system", "kube-public"}) {
    const Document space = DocumentObject{
        {"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", DocumentObject{{"name", name}}}};
    if (auto objection = seed_one(space)) return objection;
  }
  if (objects.if_array() == nullptr) return std::nullopt;
  for (const Document& object : *objects.if_array()) {
    if (auto objection = seed_one(object)) return objection;
  }
  return std::nullopt;
}

Objection ApiServer::seed_one(const Document& object) {
  const std::string& kind = text_of(object, {"kind"});
  const std::string& api_version = text_of(object, {"apiVersion"});
  const auto& types = state_.types().all();
  const auto type = std::ranges::find_if(types, [&](const ResourceType& one) {
    return one.kind == kind && one.api_version() == api_version;
  });
  if (type == types.end()) return bad_request("no such kind: " + api_version + ' ' + kind);
  Target target{*type, text_of(object, {"metadata", "namespace"}),
                text_of(object, {"metadata", "name"}), false};
  WriteOptions options;
  options.now = clock_.wall();
  options.manager = "mainstay";
  auto made = state_.create(target, object, options);
  if (!made) return std::move(made).refusal();
  if (!target.type.custom || object.find("status") == nullptr) return std::nullopt;
  target.status = true;
  auto told = state_.update(target, object, options);
  if (!told) return std::move(told).refusal();
  return std::nullopt;
}

}  // namespace mainstay::clusters::embedded
