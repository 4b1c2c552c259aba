#include "apps/clusters/outbound/sealing/sealing_controller.hpp"

#include <algorithm>

#include "apps/clusters/domain/sealed_secret.hpp"
#include "apps/clusters/errc.hpp"
#include "platform/json/json.hpp"

namespace mainstay::clusters {
namespace {

/// The name of the Service's first port, else its number: what the proxy's path asks for.
std::string port_of(const Document& service) {
  const Document* const ports = find_path(service, {"spec", "ports"});
  if (ports == nullptr || ports->if_array() == nullptr || ports->if_array()->empty()) return {};
  const Document& first = ports->if_array()->front();
  const std::string_view name = text_at(first, {"name"});
  if (!name.empty()) return std::string{name};
  const Document* const number = first.find("port");
  const bool has_number = number != nullptr && number->if_int() != nullptr;
  return has_number ? std::to_string(*number->if_int()) : std::string{};
}

Error controller_error(int status) {
  const bool is_busy = status == 429 || status >= 500;
  return {is_busy ? Errc::cluster_unavailable : Errc::cluster_refused,
          "the sealed-secrets controller answered " + std::to_string(status)};
}

bool is_same_secret(const SealedFacts& one, const SealedFacts& other) {
  return one.name == other.name && one.namespace_name == other.namespace_name &&
         one.scope == other.scope &&
         std::ranges::equal(one.items, other.items, {}, &EncryptedItem::key, &EncryptedItem::key);
}

Result<Document> rotated(const SealedFacts& before, const std::string& answer) {
  MS_TRY(Document object, json::parse(answer));
  MS_TRY(const SealedFacts after, read_sealed_secret(object));
  if (is_same_secret(before, after)) return object;
  return Error{Errc::cluster_refused,
               "the controller answered another name, scope or other keys: update it (0.36.0)"};
}

}  // namespace

void SealingController::find(Done<std::string> then) {
  ObjectReference service{"v1", "Service", namespace_, service_};
  cluster_.read(std::move(service), [this, then = std::move(then)](Result<Document> found) mutable {
    if (found.has_error()) return then(std::move(found).error());
    const std::string port = port_of(*found);
    if (port.empty()) {
      return then(Error{Errc::certificate_unavailable, "there is no Service " + namespace_ + "/" +
                                                           service_ + ", or it has no port"});
    }
    then("http:" + service_ + ":" + port);
  });
}

void SealingController::certificate(Done<std::string> done) {
  find([this, done = std::move(done)](Result<std::string> place) mutable {
    if (place.has_error()) return done(std::move(place).error());
    cluster_.fetch(namespace_, *std::move(place), "/v1/cert.pem", std::move(done));
  });
}

void SealingController::post(std::string path, std::string body, Done<ServiceAnswer> done) {
  find([this, path = std::move(path), body = std::move(body),
        done = std::move(done)](Result<std::string> place) mutable {
    if (place.has_error()) return done(std::move(place).error());
    cluster_.post(namespace_, *std::move(place), path, std::move(body), std::move(done));
  });
}

void SealingController::verify(const Document& sealed, Done<bool> done) {
  post("/v1/verify", json::dump(sealed), [done = std::move(done)](Result<ServiceAnswer> answer) {
    if (answer.has_error()) return done(answer.error());
    if (answer->status == 200) return done(true);
    if (answer->status == 409) return done(false);
    done(controller_error(answer->status));
  });
}

void SealingController::rotate(const Document& sealed, Done<Document> done) {
  auto facts = read_sealed_secret(sealed);
  if (facts.has_error()) return done(std::move(facts).error());
  post("/v1/rotate", json::dump(sealed),
       [done = std::move(done), before = *std::move(facts)](Result<ServiceAnswer> answer) {
         if (answer.has_error()) return done(answer.error());
         if (answer->status != 200) return done(controller_error(answer->status));
         done(rotated(before, answer->body));
       });
}

}  // namespace mainstay::clusters
