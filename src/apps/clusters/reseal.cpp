#include "apps/clusters/reseal.hpp"

#include <utility>

#include "apps/clusters/codec/yaml.hpp"
#include "apps/clusters/domain/sealed_secret.hpp"
#include "apps/clusters/errc.hpp"
#include "platform/json/json.hpp"

namespace mainstay::clusters {
namespace {

bool is_json_path(std::string_view path) { return path.ends_with(".json"); }

bool may_hold_secrets(const RepositoryFile& file) {
  const std::string_view path = file.path;
  return (path.ends_with(".yaml") || path.ends_with(".yml") || is_json_path(path)) &&
         file.content.find("SealedSecret") != std::string::npos;
}

struct Replacement {
  std::string before;
  std::string after;
};

/// One file on its way.
class FileReseal {
 public:
  FileReseal(const tls::UnsealingKeys& keys, const tls::SealingCertificate& certificate,
             const std::vector<std::string>& fingerprints, ResealReport& report)
      : keys_(keys), certificate_(certificate), fingerprints_(fingerprints), report_(report) {}

  /// The new content; nothing changed when it is the same.
  Result<std::string> run(const RepositoryFile& file) {
    MS_TRY(std::vector<Document> documents, read(file));
    for (Document& document : documents) {
      if (is_sealed_secret(document)) MS_TRY_VOID(reseal(document));
    }
    if (replacements_.empty()) return file.content;
    std::string text = file.content;
    for (const Replacement& one : replacements_) replace_all(text, one);
    const auto again = read(RepositoryFile{file.path, text});
    if (again.has_value() && *again == documents) return text;
    if (!is_json_path(file.path)) return yaml::emit_all(documents);
    return json::dump_pretty(documents.front()) + "\n";
  }

 private:
  static Result<std::vector<Document>> read(const RepositoryFile& file) {
    if (!is_json_path(file.path)) return yaml::parse(file.content);
    MS_TRY(Document document, json::parse(file.content));
    std::vector<Document> one;
    one.push_back(std::move(document));
    return one;
  }

  static void replace_all(std::string& text, const Replacement& one) {
    for (std::size_t at = text.find(one.before); at != std::string::npos;
         at = text.find(one.before, at + one.after.size())) {
      text.replace(at, one.before.size(), one.after);
    }
  }

  Result<> reseal(Document& document) {
    MS_TRY(SealedFacts facts, read_sealed_secret(document));
    ++report_.secrets;
    const std::string label = seal_label(facts.scope, facts.namespace_name, facts.name);
    for (EncryptedItem& item : facts.items) {
      auto opened = keys_.open(item.base64, label);
      if (opened.has_error()) {
        return opened.error().with_detail(facts.namespace_name.get() + "/" + facts.name.get() +
                                          ", key " + item.key + ", scope " +
                                          std::string{to_text(facts.scope)});
      }
      if (fingerprints_[opened->key] == certificate_.key_fingerprint()) continue;
      std::string sealed = certificate_.seal(opened->value.view(), label);
      set_member(*find_path(document, {"spec", "encryptedData"}), item.key, sealed);
      replacements_.push_back({std::move(item.base64), std::move(sealed)});
      ++report_.values;
    }
    return {};
  }

  const tls::UnsealingKeys& keys_;
  const tls::SealingCertificate& certificate_;
  const std::vector<std::string>& fingerprints_;
  ResealReport& report_;
  std::vector<Replacement> replacements_;
};

}  // namespace

ResealReport reseal_files(std::span<const RepositoryFile> files, const tls::UnsealingKeys& keys,
                          const tls::SealingCertificate& certificate) {
  ResealReport report;
  const std::vector<std::string> fingerprints = keys.fingerprints();
  for (const RepositoryFile& file : files) {
    if (!may_hold_secrets(file)) continue;
    const std::size_t values_before = report.values;
    auto text = FileReseal{keys, certificate, fingerprints, report}.run(file);
    if (text.has_error()) {
      report.values = values_before;
      report.problems.push_back({file.path, text.error().message()});
    } else if (*text != file.content) {
      report.changed.push_back({file.path, *std::move(text)});
    }
  }
  return report;
}

}  // namespace mainstay::clusters
