#include <array>
#include <fstream>
#include <iterator>

#include "apps/clusters/errc.hpp"
#include "apps/clusters/outbound/sealing/file_certificate.hpp"
#include "apps/clusters/outbound/sealing/url_certificate.hpp"
#include "platform/http/client.hpp"

namespace mainstay::clusters {
namespace {

constexpr std::size_t certificate_bytes_max = 1U << 20U;

Error no_certificate(std::string why) { return {Errc::certificate_unavailable, std::move(why)}; }

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

}  // namespace mainstay::clusters
