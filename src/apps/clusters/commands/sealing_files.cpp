#include "apps/clusters/commands/sealing_files.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <utility>

#include "apps/clusters/app_sealing.hpp"
#include "apps/clusters/codec/yaml.hpp"
#include "apps/clusters/errc.hpp"
#include "apps/clusters/limits.hpp"
#include "base/secret_text.hpp"
#include "base/text.hpp"
#include "platform/json/json.hpp"
#include "platform/settings/settings.hpp"

namespace mainstay::clusters {
namespace {

namespace fs = std::filesystem;

struct CloseFile {
  void operator()(std::FILE* file) const {
    if (file != stdin) std::fclose(file);
  }
};
using FilePtr = std::unique_ptr<std::FILE, CloseFile>;

Error file_trouble(const std::string& path, std::string_view what) {
  return {Errc::document_invalid, path + ": " + std::string{what}};
}

/// The keys of one Secret of type kubernetes.io/tls, or of a List of such.
Result<> add_keys_of(const Document& object, tls::UnsealingKeys& keys) {
  if (const Document* const items = object.find("items"); items != nullptr) {
    if (items->if_array() == nullptr) return Error{Errc::document_invalid, "items is no list"};
    for (const Document& item : *items->if_array()) MS_TRY_VOID(add_keys_of(item, keys));
    return {};
  }
  const std::string* const encoded = find_text(object, {"data", "tls.key"});
  auto pem = encoded == nullptr ? std::nullopt : base64_decode(*encoded);
  if (!pem) return Error{Errc::document_invalid, "a Secret with tls.key is wanted"};
  Result<> added = keys.add(*pem);
  overwrite_text(*pem);
  return added;
}

Result<> add_keys_from(const std::string& path, tls::UnsealingKeys& keys) {
  MS_TRY(std::string text, read_input(path));
  const auto add = [&]() -> Result<> {
    if (text.find("-----BEGIN") != std::string::npos) return keys.add(text);
    MS_TRY(std::vector<Document> documents, read_documents(text));
    Result<> added;
    for (Document& document : documents) {
      if (added.has_value()) added = add_keys_of(document, keys);
      overwrite_texts(document);
    }
    return added;
  };
  const Result<> added = add();
  overwrite_text(text);
  if (added.has_error()) return file_trouble(path, added.error().message());
  return {};
}

bool is_manifest_path(const fs::path& path) {
  const auto suffix = path.extension();
  return suffix == ".yaml" || suffix == ".yml" || suffix == ".json";
}

Result<> add_files_below(const std::string& folder, std::vector<std::string>& found) {
  std::error_code failed;
  auto at = fs::recursive_directory_iterator{folder, failed};
  for (; !failed && at != fs::recursive_directory_iterator{}; at.increment(failed)) {
    if (at->path().filename().string().starts_with('.')) {
      at.disable_recursion_pending();
    } else if (at->is_regular_file() && !at->is_symlink() && is_manifest_path(at->path())) {
      found.push_back(at->path().string());
    }
  }
  if (failed) return file_trouble(folder, failed.message());
  return {};
}

}  // namespace

Result<std::string> read_input(const std::string& path) {
  const bool is_standard = path.empty() || path == "-";
  const FilePtr file{is_standard ? stdin : std::fopen(path.c_str(), "rb")};
  if (file == nullptr) return file_trouble(path, "cannot be read");
  std::string text(Limits::document_bytes_max + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) return file_trouble(path, "cannot be read");
  if (text.size() <= Limits::document_bytes_max) return text;
  return file_trouble(is_standard ? "standard input" : path, "more than 4 MiB");
}

Result<> replace_file(const std::string& path, std::string_view text) {
  const std::string beside = path + ".new";
  std::error_code failed;
  const auto mode = fs::status(path, failed).permissions();
  {
    const FilePtr file{std::fopen(beside.c_str(), "wbx")};
    if (file == nullptr) return file_trouble(beside, "cannot be made, or is there already");
    const bool is_done = std::fwrite(text.data(), 1, text.size(), file.get()) == text.size() &&
                         std::fflush(file.get()) == 0;
    if (!is_done) {
      fs::remove(beside, failed);
      return file_trouble(path, "cannot be written");
    }
  }
  fs::permissions(beside, mode, failed);
  fs::rename(beside, path, failed);
  if (failed) return file_trouble(path, failed.message());
  return {};
}

Result<std::vector<Document>> read_documents(std::string_view text) {
  // JSON is YAML but for a few escapes (pairs of surrogates).
  if (trimmed(text).starts_with('{')) {
    auto document = json::parse(text, {.bytes_max = Limits::document_bytes_max, .depth_max = 64});
    if (document.has_value()) {
      std::vector<Document> one;
      one.push_back(*std::move(document));
      return one;
    }
  }
  return yaml::parse(text, {.bytes_max = Limits::document_bytes_max});
}

std::string written(const Call& call, const std::vector<Document>& documents) {
  if (call.text("--format") != "json") return yaml::emit_all(documents);
  std::string out;
  for (const Document& document : documents) out.append(json::dump_pretty(document)).append("\n");
  return out;
}

Result<std::shared_ptr<const tls::SealingCertificate>> certificate_of(const Call& call) {
  std::string place = call.text("--certificate");
  if (place.empty()) place = call.settings->text("apps.clusters.sealing_certificate");
  if (place.empty()) {
    return Error{Errc::certificate_unavailable,
                 "say --certificate FILE (kubeseal --fetch-cert writes one), or set "
                 "apps.clusters.sealing_certificate"};
  }
  MS_TRY(const std::string pem, fetch_certificate(place, *call.settings));
  auto certificate = tls::SealingCertificate::parse(pem);
  if (certificate.has_value()) return certificate;
  return certificate.error().with_detail(place + ": " + certificate.error().detail());
}

Result<tls::UnsealingKeys> keys_of(const Call& call) {
  tls::UnsealingKeys keys;
  for (const std::string_view path : split(call.text("--key"), ',')) {
    MS_TRY_VOID(add_keys_from(std::string{path}, keys));
  }
  return keys;
}

Result<std::vector<std::string>> files_below(const std::vector<std::string>& paths) {
  std::vector<std::string> found;
  for (const std::string& path : paths) {
    if (!fs::is_directory(path)) {
      found.push_back(path);
      continue;
    }
    MS_TRY_VOID(add_files_below(path, found));
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace mainstay::clusters
