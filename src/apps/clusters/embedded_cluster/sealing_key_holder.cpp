#include "apps/clusters/embedded_cluster/sealing_key_holder.hpp"

#include "apps/clusters/domain/sealed_secret.hpp"
#include "apps/clusters/reseal.hpp"
#include "base/secret_text.hpp"
#include "base/text.hpp"
#include "platform/json/json.hpp"

namespace mainstay::clusters::embedded {

void SealingKeyHolder::add(std::string_view base64) {
  auto pem = base64_decode(base64);
  if (!pem) return;
  (void)keys_.add(*pem);
  overwrite_text(*pem);
}

SealingKeyHolder::Answer SealingKeyHolder::answer(std::string_view path, std::string_view body,
                                                  std::string_view certificate) const {
  const auto object = json::parse(body);
  if (object.has_error() || read_sealed_secret(*object).has_error()) return {400, {}};
  const auto sealing = tls::SealingCertificate::parse(certificate);
  if (sealing.has_error()) return {500, {}};
  const RepositoryFile file{"sealed.json", std::string{body}};
  const ResealReport report = reseal_files({&file, 1}, keys_, **sealing);
  if (path == "/v1/verify") return {report.problems.empty() ? 200 : 409, {}};
  if (!report.problems.empty()) return {400, {}};
  return {200, report.changed.empty() ? file.content : report.changed.front().content};
}

}  // namespace mainstay::clusters::embedded
