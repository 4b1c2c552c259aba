// Secrets: their metadata from the watch cache, new ones sealed here and proposed. Values go into
// the desk and come out of nothing.
#include <map>
#include <string>
#include <utility>

#include "apps/clusters/domain/names.hpp"
#include "apps/clusters/domain/sealed_secret.hpp"
#include "apps/clusters/errc.hpp"
#include "apps/clusters/inbound/http/api_calls.hpp"
#include "apps/clusters/roles.hpp"
#include "apps/clusters/sealing_certificates.hpp"

namespace mainstay::clusters {
namespace {

using http::Request;
using http::Response;

/// A name in one namespace: what the cluster has of it.
struct KnownSecret {
  const ObjectFacts* plain = nullptr;
  const SealedSecretFacts* sealed = nullptr;
};

json::Value secret_json(std::string_view name, std::string_view name_space,
                        const KnownSecret& known) {
  json::Object out{{"name", name}, {"namespace", name_space}, {"version", "1"}};
  out.push_back({"present", known.plain != nullptr});
  if (known.sealed == nullptr) {
    out.push_back({"sealed", nullptr});
    return json::Value{std::move(out)};
  }
  json::Array keys;
  for (const std::string& key : known.sealed->keys) keys.push_back(key);
  out.push_back({"sealed", json::Object{{"keys", std::move(keys)},
                                        {"scope", known.sealed->scope},
                                        {"type", known.sealed->secret_type},
                                        {"synced", known.sealed->synced},
                                        {"message", known.sealed->message}}});
  return json::Value{std::move(out)};
}

/// The two caches at one moment. Secrets are not watched everywhere: sealed ones are enough then.
struct SecretCaches {
  std::shared_ptr<const CacheView<ObjectFacts>> plain;
  std::shared_ptr<const CacheView<SealedSecretFacts>> sealed;

  explicit SecretCaches(const ClusterReader& cluster)
      : plain(cluster.secrets()), sealed(cluster.sealed_secrets()) {}

  [[nodiscard]] bool is_read(const ClusterReader& cluster) const {
    for (const CacheState& state : cluster.states()) {
      if ((state.name == "secrets" || state.name == "sealedsecrets") && !state.synced) {
        return false;
      }
    }
    return true;
  }
  void tell(Response& response, SystemTime now) const {
    const CacheState& state = plain->state.synced ? plain->state : sealed->state;
    tell_staleness(response, state.resource_version, state.heard, now);
  }
};

Result<std::string> secret_namespace(const ApiParts& parts, const ApiQuery& query) {
  const std::string_view given = query.text("namespace");
  if (given.empty()) return parts.default_namespace.get();
  MS_TRY(const NamespaceName parsed, parse_namespace(given));
  return parsed.get();
}

void get_secrets(const ApiParts& parts, const Request& request, Response& response, const Asker&) {
  const auto query = ApiQuery::parse(request.query, {"namespace"});
  if (query.has_error()) return refuse_call(response, query.error());
  const auto name_space = secret_namespace(parts, *query);
  if (name_space.has_error()) return refuse_call(response, name_space.error());
  const SecretCaches caches{parts.cluster};
  if (!caches.is_read(parts.cluster)) return refuse_call(response, Error{Errc::not_ready});
  std::map<std::string_view, KnownSecret> known;
  caches.plain->objects.for_each([&](const ObjectFacts& one) {
    if (one.namespace_name() == *name_space) known[one.name()].plain = &one;
  });
  caches.sealed->objects.for_each([&](const SealedSecretFacts& one) {
    if (one.object.namespace_name() == *name_space) known[one.object.name()].sealed = &one;
  });
  json::Array all;
  for (const auto& [name, what] : known) all.push_back(secret_json(name, *name_space, what));
  caches.tell(response, request.at);
  response.promise_nothing();
  http::answer_json(response, json::Value{std::move(all)});
}

void get_secret(const ApiParts& parts, const Request& request, Response& response, const Asker&) {
  const auto query = ApiQuery::parse(request.query, {"namespace"});
  if (query.has_error()) return refuse_call(response, query.error());
  const auto name_space = secret_namespace(parts, *query);
  if (name_space.has_error()) return refuse_call(response, name_space.error());
  const SecretCaches caches{parts.cluster};
  if (!caches.is_read(parts.cluster)) return refuse_call(response, Error{Errc::not_ready});
  const std::string_view name = request.params.text("name");
  const KnownSecret known{caches.plain->objects.find(name, *name_space),
                          caches.sealed->objects.find(name, *name_space)};
  if (known.plain == nullptr && known.sealed == nullptr) {
    return refuse_call(response, Error{Errc::secret_not_found, std::string{name}});
  }
  caches.tell(response, request.at);
  response.promise_nothing();
  http::answer_json(response, secret_json(name, *name_space, known));
}

struct SecretOrder {
  SecretContent content;
  Order order;
};

/// What was asked but for the values: names and sizes stand for them.
std::string described(const SecretContent& content) {
  std::string text = content.namespace_name.get() + "/" + content.name.get();
  text.append("\n").append(to_text(content.scope)).append("\n").append(content.type);
  for (const SecretLiteral& literal : content.literals) {
    text.append("\n").append(literal.key).append(" ");
    text.append(std::to_string(literal.value.size()));
  }
  return text;
}

/// `body` is overwritten. `fixed_name`: of the path; empty: the body names it.
Result<SecretOrder> read_secret_order(const ApiParts& parts, const Request& request,
                                      const Asker& asker, std::string_view fixed_name) {
  MS_TRY(Document body, parse_api_body(request));
  auto order = read_order(request, asker, &body);
  if (!fixed_name.empty() && body.if_object() != nullptr && body.find("name") == nullptr) {
    set_member(body, "name", fixed_name);
  }
  auto content = take_secret_request(body, parts.default_namespace);
  if (order.has_error()) return order.error();
  if (content.has_error()) return content.error();
  if (!fixed_name.empty() && content->name.get() != fixed_name) {
    return Error{Errc::field_invalid, "name: a secret keeps its name"};
  }
  order->asked = asked_of(request, described(*content));
  if (content->scope != SealScope::strict) {
    MS_TRY_VOID(check_may(asker, scopes_role, "a scope wider than strict"));
  }
  return SecretOrder{std::move(*content), std::move(*order)};
}

void post_secret(const ApiParts& parts, const Request& request, Response& response,
                 const Asker& asker) {
  auto wanted = read_secret_order(parts, request, asker, {});
  if (wanted.has_error()) return refuse_call(response, wanted.error());
  const Order order = wanted->order;
  parts.desk.create_secret(std::move(wanted->content), order, change_reply(response, order));
}

void patch_secret(const ApiParts& parts, const Request& request, Response& response,
                  const Asker& asker) {
  auto wanted = read_secret_order(parts, request, asker, request.params.text("name"));
  if (wanted.has_error()) return refuse_call(response, wanted.error());
  const Order order = wanted->order;
  parts.desk.merge_secret(std::move(wanted->content), order, change_reply(response, order));
}

void delete_secret(const ApiParts& parts, const Request& request, Response& response,
                   const Asker& asker) {
  const auto order = read_order(request, asker, nullptr);
  if (order.has_error()) return refuse_call(response, order.error());
  auto name = parse_secret_name(request.params.text("name"));
  if (name.has_error()) return refuse_call(response, name.error());
  parts.desk.remove_secret(std::move(*name), *order, change_reply(response, *order));
}

/// The YAML that POST /api/secrets would put into the repository.
void render_secret(const ApiParts& parts, const Request& request, Response& response,
                   const Asker& asker) {
  auto wanted = read_secret_order(parts, request, asker, {});
  if (wanted.has_error()) return refuse_call(response, wanted.error());
  parts.desk.render_secret(std::move(wanted->content), asker,
                           [reply = api_reply(response)](Result<SealedFile> sealed) {
                             if (sealed.has_error()) return reply->give(sealed.error());
                             reply->give_with([sealed = std::move(*sealed)](Response& late) {
                               late.header("X-Sealed-With", sealed.sealed_with);
                               for (const std::string& warning : sealed.warnings) {
                                 late.header("X-Seal-Warning", warning);
                               }
                               late.content_type("application/yaml");
                               late.body() = sealed.content;
                             });
                           });
}

void post_reseal(const ApiParts& parts, const Request& request, Response& response,
                 const Asker& asker) {
  const auto order = read_order(request, asker, nullptr);
  if (order.has_error()) return refuse_call(response, order.error());
  parts.desk.reseal(*order, change_reply(response, *order));
}

void get_certificate(const ApiParts& parts, const Request&, Response& response, const Asker&) {
  const auto status = parts.certificates.status();
  json::Object out{{"source", status.source},
                   {"fetched_at", time_json(status.fetched)},
                   {"problem", status.problem}};
  if (status.certificate == nullptr) {
    out.push_back({"certificate", nullptr});
  } else {
    const auto& certificate = *status.certificate;
    json::Array warnings;
    const auto usable = parts.certificates.usable();
    if (usable.has_error()) {
      warnings.push_back(usable.error().message());
    } else {
      for (const std::string& warning : usable->warnings) warnings.push_back(warning);
    }
    out.push_back({"certificate", json::Object{{"fingerprint", certificate.fingerprint()},
                                               {"key_fingerprint", certificate.key_fingerprint()},
                                               {"not_before", time_json(certificate.not_before())},
                                               {"not_after", time_json(certificate.not_after())},
                                               {"pem", certificate.pem()}}});
    out.push_back({"warnings", std::move(warnings)});
  }
  response.promise_nothing();
  http::answer_json(response, json::Value{std::move(out)});
}

}  // namespace

void register_secret_routes(http::Router& router, const ApiParts& parts) {
  using Route = void (*)(const ApiParts&, const Request&, Response&, const Asker&);
  const auto bound = [&](Route route) {
    return [parts, route](const Request& request, Response& response, const Asker& asker) {
      route(parts, request, response, asker);
    };
  };
  const Access& access = parts.access;
  using http::Method;
  router.add(Method::get, "/api/secrets", access.require(reader_role, bound(get_secrets)));
  router.add(Method::get, "/api/secrets/{name}", access.require(reader_role, bound(get_secret)));
  router.add(Method::post, "/api/secrets",
             access.require_private(secrets_role, bound(post_secret)));
  router.add(Method::post, "/api/secrets/render",
             access.require_private(secrets_role, bound(render_secret)));
  router.add(Method::patch, "/api/secrets/{name}",
             access.require_private(secrets_role, bound(patch_secret)));
  router.add(Method::delete_, "/api/secrets/{name}",
             access.require(secrets_role, bound(delete_secret)));
  router.add(Method::post, "/api/sealing/reseal", access.require(secrets_role, bound(post_reseal)));
  router.add(Method::get, "/api/sealing/certificate",
             access.require(reader_role, bound(get_certificate)));
}

}  // namespace mainstay::clusters
