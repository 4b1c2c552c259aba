#include "apps/clusters/secrets_desk.hpp"

#include <span>
#include <utility>

#include "apps/clusters/codec/yaml.hpp"
#include "apps/clusters/errc.hpp"
#include "apps/clusters/sealing_certificates.hpp"

namespace mainstay::clusters {
namespace {

constexpr std::string_view catalog_folder = "infrastructure/_catalog/templates/";

}  // namespace

std::string sealed_secret_path(const SecretName& name) {
  return std::string{catalog_folder} + "sealed-secret-" + name.get() + ".yaml";
}

Document seal_content(const SecretContent& content, const tls::SealingCertificate& certificate) {
  const std::string label = seal_label(content.scope, content.namespace_name, content.name);
  std::vector<EncryptedItem> items;
  for (const SecretLiteral& literal : content.literals) {
    items.push_back({literal.key, certificate.seal(literal.value.view(), label)});
  }
  return sealed_secret(content, std::move(items));
}

Result<std::string> checked_yaml(const Document& object) {
  std::string text = yaml::emit_all(std::span{&object, 1});
  const auto again = yaml::parse_one(text);
  if (again.has_value() && *again == object) return text;
  return Error{Errc::document_invalid, "it does not survive being written as YAML"};
}

Result<SealedFile> SecretsDesk::seal(const SecretContent& content) const {
  MS_TRY(auto usable, certificates_.usable());
  Document object = seal_content(content, *usable.certificate);
  MS_TRY(std::string text, checked_yaml(object));
  return SealedFile{sealed_secret_path(content.name), std::move(text), std::move(object),
                    usable.certificate->key_fingerprint(), std::move(usable.warnings)};
}

Result<SealedFile> SecretsDesk::seal_into(std::string_view existing,
                                          const SecretContent& content) const {
  const auto before = yaml::parse_one(existing);
  if (before.has_error()) return Error{Errc::document_invalid, before.error().message()};
  MS_TRY(SealedFile file, seal(content));
  MS_TRY(file.object, merged_sealed_secret(*before, file.object));
  MS_TRY(file.content, checked_yaml(file.object));
  return file;
}

}  // namespace mainstay::clusters
