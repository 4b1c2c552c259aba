// What is sealed already: whether it can be opened, and the same sealed for the newest key.
#include <string>
#include <utility>

#include "apps/clusters/codec/yaml.hpp"
#include "apps/clusters/errc.hpp"
#include "apps/clusters/inbound/http/api_calls.hpp"
#include "apps/clusters/limits.hpp"
#include "apps/clusters/roles.hpp"
#include "apps/clusters/sealed_desk.hpp"

namespace mainstay::clusters {
namespace {

using http::Request;
using http::Response;

/// A SealedSecret in YAML, of which JSON is some.
Result<Document> read_sealed_body(const Request& request) {
  if (request.body.size() > Limits::body_bytes_max) {
    return Error{Errc::too_large,
                 "a body has at most " + std::to_string(Limits::body_bytes_max) + " bytes"};
  }
  auto parsed = yaml::parse_one(request.body);
  if (parsed.has_error()) return Error{Errc::body_invalid, parsed.error().message()};
  return parsed;
}

json::Value verdict_json(const SealedVerdict& verdict) {
  json::Array keys;
  for (const EncryptedItem& item : verdict.facts.items) keys.push_back(item.key);
  return json::Object{
      {"name", verdict.facts.name.get()},
      {"namespace", verdict.facts.namespace_name.get()},
      {"scope", to_text(verdict.facts.scope)},
      {"keys", std::move(keys)},
      {"can_be_opened", verdict.opens ? json::Value{*verdict.opens} : json::Value{}},
      {"asked", verdict.asked}};
}

void validate_sealed(const ApiParts& parts, const Request& request, Response& response,
                     const Asker&) {
  auto object = read_sealed_body(request);
  if (object.has_error()) return refuse_call(response, object.error());
  parts.sealed.validate(*std::move(object),
                        [reply = api_reply(response)](Result<SealedVerdict> verdict) {
                          if (verdict.has_error()) return reply->give(verdict.error());
                          reply->give(verdict_json(*verdict));
                        });
}

void reencrypt_sealed(const ApiParts& parts, const Request& request, Response& response,
                      const Asker&) {
  auto object = read_sealed_body(request);
  if (object.has_error()) return refuse_call(response, object.error());
  parts.sealed.reencrypt(*std::move(object),
                         [reply = api_reply(response)](Result<SealedFile> sealed) {
                           if (sealed.has_error()) return reply->give(sealed.error());
                           reply->give_with([sealed = std::move(*sealed)](Response& late) {
                             if (!sealed.sealed_with.empty())
                               late.header("X-Sealed-With", sealed.sealed_with);
                             late.content_type("application/yaml");
                             late.body() = sealed.content;
                           });
                         });
}

}  // namespace

void register_sealed_routes(http::Router& router, const ApiParts& parts) {
  const auto route = [&](auto handler) {
    return parts.access.require(
        secrets_role,
        [parts, handler](const Request& request, Response& response, const Asker& asker) {
          handler(parts, request, response, asker);
        });
  };
  router.add(http::Method::post, "/api/secrets/validate", route(validate_sealed));
  router.add(http::Method::post, "/api/secrets/reencrypt", route(reencrypt_sealed));
}

}  // namespace mainstay::clusters
