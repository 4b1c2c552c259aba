#include "apps/clusters/commands/sealing_commands.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <optional>
#include <utility>

#include "apps/clusters/app_sealing.hpp"
#include "apps/clusters/codec/yaml.hpp"
#include "apps/clusters/commands/sealing_files.hpp"
#include "apps/clusters/domain/names.hpp"
#include "apps/clusters/domain/sealed_secret.hpp"
#include "apps/clusters/domain/text_diff.hpp"
#include "apps/clusters/errc.hpp"
#include "apps/clusters/reseal.hpp"
#include "apps/clusters/sealing_certificates.hpp"
#include "apps/clusters/secrets_desk.hpp"
#include "base/clock.hpp"
#include "base/text.hpp"
#include "platform/json/json.hpp"
#include "platform/program/table.hpp"
#include "platform/secrets/secret_file.hpp"
#include "platform/settings/settings.hpp"

namespace mainstay::clusters {
namespace {

using CertificatePtr = std::shared_ptr<const tls::SealingCertificate>;

void print_text(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

/// A certificate that is good now; what should be said of it goes to standard error.
Result<CertificatePtr> good_certificate(const Call& call) {
  MS_TRY(auto certificate, certificate_of(call));
  const auto renewal =
      std::chrono::days{call.settings->integer("apps.clusters.sealing_renewal_days")};
  if (!is_pinned(*certificate, call.settings->list("apps.clusters.sealing_fingerprints"))) {
    return Error{Errc::certificate_unavailable,
                 "its fingerprint " + certificate->fingerprint() +
                     " is none of apps.clusters.sealing_fingerprints"};
  }
  MS_TRY(const auto warnings, certificate_warnings(*certificate, MachineClock{}.wall(), renewal));
  for (const std::string& warning : warnings) call.say(warning);
  return certificate;
}

Result<std::optional<SealScope>> scope_of(const Call& call) {
  if (!call.has("--scope")) return std::optional<SealScope>{};
  const auto scope = parse_seal_scope(call.text("--scope"));
  if (scope) return scope;
  return Error{Errc::field_invalid, "--scope: strict, namespace-wide or cluster-wide"};
}

Result<std::optional<NamespaceName>> namespace_of(const Call& call) {
  if (!call.has("--namespace")) return std::optional<NamespaceName>{};
  MS_TRY(NamespaceName name, parse_namespace(call.text("--namespace")));
  return std::optional{std::move(name)};
}

/// Every Secret among the documents, sealed.
Result<std::vector<Document>> seal_documents(const Call& call, std::string_view text) {
  MS_TRY(const CertificatePtr certificate, good_certificate(call));
  MS_TRY(const auto scope, scope_of(call));
  MS_TRY(const auto space, namespace_of(call));
  MS_TRY(std::vector<Document> documents, read_documents(text));
  std::vector<Document> sealed;
  for (Document& document : documents) {
    MS_TRY(SecretContent content, take_secret_manifest(document, space));
    if (scope) content.scope = *scope;
    sealed.push_back(seal_content(content, *certificate));
  }
  if (sealed.empty()) return Error{Errc::document_invalid, "there is no Secret in it"};
  return sealed;
}

/// One value, not an object: for whoever builds the manifest themselves.
Result<std::string> seal_raw(const Call& call, std::string_view value) {
  MS_TRY(const CertificatePtr certificate, good_certificate(call));
  MS_TRY(const auto scope, scope_of(call));
  const SealScope wanted = scope.value_or(SealScope::strict);
  SecretName name;
  NamespaceName space;
  if (wanted != SealScope::cluster_wide) {
    MS_TRY(space, parse_namespace(call.text("--namespace")));
  }
  if (wanted == SealScope::strict) {
    MS_TRY(name, parse_secret_name(call.text("--name")));
  }
  return certificate->seal(value, seal_label(wanted, space, name)) + "\n";
}

Result<> merge_into(const std::string& path, const std::vector<Document>& sealed) {
  if (sealed.size() != 1) return Error{Errc::document_invalid, "one Secret is wanted to merge"};
  MS_TRY(const std::string before, read_input(path));
  const auto existing = yaml::parse_one(before);
  if (existing.has_error()) return existing.error().with_detail(path);
  MS_TRY(const Document merged, merged_sealed_secret(*existing, sealed.front()));
  MS_TRY(const std::string text, checked_yaml(merged));
  return replace_file(path, text);
}

int seal(const Call& call) {
  auto text = read_input(call.text("file"));
  if (text.has_error()) return call.fail(text.error());
  if (call.has("--raw")) {
    const auto sealed = seal_raw(call, *text);
    overwrite_text(*text);
    if (sealed.has_error()) return call.fail(sealed.error());
    print_text(*sealed);
    return exit_ok;
  }
  const auto sealed = seal_documents(call, *text);
  overwrite_text(*text);
  if (sealed.has_error()) return call.fail(sealed.error());
  if (!call.has("--merge-into")) {
    print_text(written(call, *sealed));
    return exit_ok;
  }
  const auto merged = merge_into(call.text("--merge-into"), *sealed);
  return merged.has_error() ? call.fail(merged.error()) : exit_ok;
}

/// The Secret that a controller would make of it, but for its template's `data`.
Result<Document> unsealed(const Document& object, const tls::UnsealingKeys& keys) {
  MS_TRY(const SealedFacts facts, read_sealed_secret(object));
  const std::string label = seal_label(facts.scope, facts.namespace_name, facts.name);
  DocumentObject data;
  for (const EncryptedItem& item : facts.items) {
    const auto opened = keys.open(item.base64, label);
    if (opened.has_error()) {
      return opened.error().with_detail(facts.namespace_name.get() + "/" + facts.name.get() +
                                        ", key " + item.key);
    }
    data.push_back({item.key, base64_encode(opened->value.view())});
  }
  const Document* const shape = find_path(object, {"spec", "template"});
  Document metadata = DocumentObject{};
  if (shape != nullptr && shape->find("metadata") != nullptr) metadata = *shape->find("metadata");
  set_member(metadata, "name", facts.name.get());
  set_member(metadata, "namespace", facts.namespace_name.get());
  Document secret =
      DocumentObject{{"apiVersion", "v1"}, {"kind", "Secret"}, {"metadata", std::move(metadata)}};
  for (const std::string_view field : {"type", "immutable"}) {
    const Document* const value = shape == nullptr ? nullptr : shape->find(field);
    if (value != nullptr) set_member(secret, field, *value);
  }
  set_member(secret, "data", std::move(data));
  return secret;
}

Result<std::vector<Document>> unseal_all(const Call& call) {
  MS_TRY(const tls::UnsealingKeys keys, keys_of(call));
  MS_TRY(const std::string text, read_input(call.text("file")));
  MS_TRY(const std::vector<Document> documents, read_documents(text));
  std::vector<Document> secrets;
  for (const Document& document : documents) {
    if (!is_sealed_secret(document)) continue;
    MS_TRY(Document secret, unsealed(document, keys));
    secrets.push_back(std::move(secret));
  }
  if (secrets.empty()) return Error{Errc::document_invalid, "there is no SealedSecret in it"};
  return secrets;
}

int unseal(const Call& call) {
  const auto secrets = unseal_all(call);
  if (secrets.has_error()) return call.fail(secrets.error());
  print_text(written(call, *secrets));
  return exit_ok;
}

/// Shape of every SealedSecret in a text, and that its values can be opened when there are keys.
Result<std::size_t> check_secrets(std::string_view text, const tls::UnsealingKeys& keys) {
  MS_TRY(const std::vector<Document> documents, read_documents(text));
  std::size_t checked = 0;
  for (const Document& document : documents) {
    if (!is_sealed_secret(document)) continue;
    MS_TRY(const SealedFacts facts, read_sealed_secret(document));
    for (const EncryptedItem& item : facts.items) {
      const auto read = tls::read_sealed(item.base64);
      if (read.has_error()) return read.error().with_detail("key " + item.key);
    }
    if (keys.size() > 0) {
      MS_TRY(const Document secret, unsealed(document, keys));
    }
    ++checked;
  }
  return checked;
}

int validate(const Call& call) {
  tls::UnsealingKeys keys;
  if (call.has("--key")) {
    auto given = keys_of(call);
    if (given.has_error()) return call.fail(given.error());
    keys = *std::move(given);
  }
  const auto files = files_below(call.rest("files"));
  if (files.has_error()) return call.fail(files.error());
  std::size_t checked = 0;
  int status = exit_ok;
  for (const std::string& path : *files) {
    const auto check = [&]() -> Result<std::size_t> {
      MS_TRY(const std::string text, read_input(path));
      return check_secrets(text, keys);
    };
    const auto found = check();
    if (found.has_error()) {
      status = call.fail(path + ": " + found.error().message());
    } else {
      checked += *found;
    }
  }
  if (status == exit_ok && checked == 0) return call.fail("no file holds a SealedSecret");
  if (call.json) {
    std::printf("{\"valid\": %s, \"secrets\": %zu}\n", status == exit_ok ? "true" : "false",
                checked);
  } else {
    std::printf("%zu sealed secrets %s\n", checked,
                keys.size() > 0 ? "can be opened" : "are well-formed");
  }
  return status;
}

Result<ResealReport> reseal_paths(const Call& call) {
  MS_TRY(const CertificatePtr certificate, good_certificate(call));
  MS_TRY(const tls::UnsealingKeys keys, keys_of(call));
  MS_TRY(const auto paths, files_below(call.rest("files")));
  std::vector<RepositoryFile> files;
  for (const std::string& path : paths) {
    MS_TRY(std::string content, read_input(path));
    files.push_back({path, std::move(content)});
  }
  return reseal_files(files, keys, *certificate);
}

/// What is on disk, and what would be.
std::string diff_to(const RepositoryFile& file) {
  const auto before = read_input(file.path);
  if (before.has_error()) return {};
  return unified_diff(*before, file.content, file.path, file.path);
}

int reseal(const Call& call) {
  const auto report = reseal_paths(call);
  if (report.has_error()) return call.fail(report.error());
  const bool is_rehearsal = call.has("--dry-run");
  for (const auto& problem : report->problems) call.say(problem.path + ": " + problem.what);
  json::Array changed;
  for (const RepositoryFile& file : report->changed) {
    if (!is_rehearsal) {
      const auto written = replace_file(file.path, file.content);
      if (written.has_error()) return call.fail(written.error());
    }
    changed.emplace_back(file.path);
    if (!call.json) print_text(is_rehearsal ? diff_to(file) : file.path + "\n");
  }
  const auto count = [](std::size_t number) { return static_cast<std::int64_t>(number); };
  if (call.json) {
    std::printf("%s\n", json::dump(json::Object{{"changed", std::move(changed)},
                                                {"secrets", count(report->secrets)},
                                                {"values", count(report->values)},
                                                {"problems", count(report->problems.size())}})
                            .c_str());
  } else {
    std::printf("%s%zu files, %zu values of %zu secrets\n", dry_run_lead(is_rehearsal),
                report->changed.size(), report->values, report->secrets);
  }
  return report->problems.empty() ? exit_ok : exit_failed;
}

int certificate(const Call& call) {
  const auto found = certificate_of(call);
  if (found.has_error()) return call.fail(found.error());
  const tls::SealingCertificate& one = **found;
  if (call.has("--pem")) {
    print_text(one.pem());
  } else if (call.json) {
    std::printf("%s\n",
                json::dump(json::Object{{"sha256", one.fingerprint()},
                                        {"key", one.key_fingerprint()},
                                        {"not_before", utc_text(one.not_before())},
                                        {"not_after", utc_text(one.not_after())},
                                        {"key_bits", static_cast<int>(one.key_bytes() * 8)}})
                    .c_str());
  } else {
    std::printf("sha256  %s\nkey     %s, RSA of %zu bits\ngood    from %s until %s\n",
                one.fingerprint().c_str(), one.key_fingerprint().c_str(), one.key_bytes() * 8,
                utc_text(one.not_before()).c_str(), utc_text(one.not_after()).c_str());
  }
  const auto good = good_certificate(call);
  return good.has_error() ? call.fail(good.error()) : exit_ok;
}

int make_key(const Call& call) {
  constexpr std::int64_t bits_default = 4096;
  constexpr std::int64_t days_default = 3'650;
  const auto pair = tls::make_sealing_pair(
      static_cast<unsigned>(call.number("--bits", bits_default)), MachineClock{}.wall(),
      std::chrono::days{call.number("--days", days_default)});
  if (pair.has_error()) return call.fail(pair.error());
  const auto owner = secrets::current_owner();
  for (const auto& [path, text] : {std::pair{call.text("--key"), pair->key},
                                   std::pair{call.text("--certificate"), pair->certificate}}) {
    if (std::FILE* const there = std::fopen(path.c_str(), "rb"); there != nullptr) {
      std::fclose(there);
      return call.fail(path + " is there already; whoever loses a key cannot open its secrets");
    }
    const auto done = secrets::write_private_file(path, text, owner);
    if (done.has_error()) return call.fail(done.error());
  }
  return exit_ok;
}

/// Seals one value again and again, on one thread.
int measure(const Call& call) {
  constexpr std::int64_t seconds_default = 3;
  constexpr unsigned bits = 4096;
  const auto pair = tls::make_sealing_pair(bits, MachineClock{}.wall(), std::chrono::days{1});
  if (pair.has_error()) return call.fail(pair.error());
  const auto found = tls::SealingCertificate::parse(pair->certificate);
  if (found.has_error()) return call.fail(found.error());
  const std::string value(64, 'v');
  // Processor time, as `openssl speed` counts: others may want the core too.
  const auto rate_within = [&](std::int64_t seconds) {
    constexpr std::size_t between_looks = 20;
    const std::clock_t begin = std::clock();
    std::size_t count = 0;
    double spent = 0;
    while (spent < static_cast<double>(seconds)) {
      for (std::size_t i = 0; i < between_looks; ++i) (void)(*found)->seal(value, "namespace/name");
      count += between_looks;
      spent = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    }
    return static_cast<double>(count) / spent;
  };
  const double rate = rate_within(call.number("--seconds", seconds_default));
  std::printf("{\"values_per_second\": %.0f, \"key_bits\": %u}\n", rate, bits);
  return exit_ok;
}

Argument certificate_argument() {
  return text("--certificate",
              "the certificate: a PEM file or an https address; else the setting "
              "apps.clusters.sealing_certificate");
}

Argument keys_argument(bool is_required) {
  Argument argument =
      text("--key",
           "the controller's private key: PEM, or its Secret as `kubectl get secret "
           "-o yaml` shows it; several with commas between");
  argument.required = is_required;
  return argument;
}

Command seal_command() {
  return {.name = "clusters seal",
          .help = "seal Secrets (YAML or JSON, from a file or standard input) for a repository",
          .arguments = {text("file", "Secrets; standard input without it"), certificate_argument(),
                        text("--scope",
                             "strict, namespace-wide or cluster-wide; else what the "
                             "Secret's annotations say"),
                        text("--namespace", "namespace of Secrets that name none"),
                        text("--name", "with --raw: the Secret's name"),
                        flag("--raw", "seal the input as one value, and print only that"),
                        text("--merge-into", "put the keys into this SealedSecret's file"),
                        text("--format", "yaml (default) or json")},
          .run = seal};
}

Command unseal_command() {
  return {.name = "clusters unseal",
          .help = "print the Secrets of SealedSecrets, in clear: for whoever has the key",
          .arguments = {text("file", "SealedSecrets; standard input without it"),
                        keys_argument(true), text("--format", "yaml (default) or json")},
          .run = unseal};
}

}  // namespace

std::vector<Command> sealing_commands() {
  return {seal_command(),
          unseal_command(),
          {.name = "clusters validate",
           .help = "check SealedSecrets; with --key also that their values can be opened",
           .arguments = {keys_argument(false), rest("files", "files and folders")},
           .run = validate},
          {.name = "clusters reseal",
           .help = "seal the values of a repository's SealedSecrets anew, for a newer certificate",
           .arguments = {keys_argument(true), certificate_argument(), dry_run_flag(),
                         rest("files", "files and folders")},
           .run = reseal},
          {.name = "clusters certificate",
           .help = "show the certificate that secrets are sealed with, and whether it is good",
           .arguments = {certificate_argument(), flag("--pem", "print it as PEM")},
           .run = certificate},
          {.name = "clusters make-sealing-key",
           .help = "make a key and its certificate, as the sealed-secrets controller does",
           .arguments = {required_text("--key", "file of the private key"),
                         required_text("--certificate", "file of the certificate"),
                         number("--bits", "of the RSA key; 4096", 2'048, 8'192),
                         number("--days", "how long the certificate is good; 3650", 1, 36'500)},
           .run = make_key},
          {.name = "clusters measure-sealing",
           .help = "how many values of 64 bytes one core seals a second (RSA-4096)",
           .arguments = {number("--seconds", "how long; 3", 1, 60)},
           .run = measure}};
}

}  // namespace mainstay::clusters
