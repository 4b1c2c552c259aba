#include <array>
#include <fstream>
#include <iterator>

#include "apps/clusters/domain/document.hpp"
#include "apps/clusters/errc.hpp"
#include "apps/clusters/outbound/sealing/controller_certificate.hpp"
#include "apps/clusters/outbound/sealing/file_certificate.hpp"
#include "apps/clusters/outbound/sealing/url_certificate.hpp"
#include "apps/clusters/ports/cluster_writer.hpp"
#include "platform/http/client.hpp"

namespace mainstay::clusters {
namespace {

constexpr std::size_t certificate_bytes_max = 1U << 20U;

Error no_certificate(std::string why) { return {Errc::certificate_unavailable, std::move(why)}; }

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

}  // namespace

void FileCertificate::fetch(UniqueFunction<void(Result<std::string>)> done) {
  std::ifstream file{path_, std::ios::binary};
  if (!file) return done(no_certificate("cannot be read"));
  std::string text(certificate_bytes_max, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  done(std::move(text));
}

void UrlCertificate::fetch(UniqueFunction<void(Result<std::string>)> done) {
  http::ClientRequest request;
  request.url = url_;
  request.trust = http::Trust::operator_address;
  request.response_bytes_max = certificate_bytes_max;
  client_.send(std::move(request),
               [done = std::move(done)](Result<http::ClientResponse> answer) mutable {
                 if (answer.has_error()) return done(std::move(answer).error());
                 if (answer->status == 200) return done(std::move(answer->body));
                 done(no_certificate("it answered " + std::to_string(answer->status)));
               });
}

void ControllerCertificate::fetch(UniqueFunction<void(Result<std::string>)> done) {
  ObjectReference service{"v1", "Service", namespace_, service_};
  cluster_.read(std::move(service), [this, done = std::move(done)](Result<Document> found) mutable {
    if (found.has_error()) return done(std::move(found).error());
    const std::string port = port_of(*found);
    if (port.empty()) return done(no_certificate("there is no such Service, or it has no port"));
    cluster_.fetch(namespace_, "http:" + service_ + ":" + port, "/v1/cert.pem", std::move(done));
  });
}

}  // namespace mainstay::clusters
