#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/clusters/domain/document.hpp"
#include "base/result.hpp"
#include "platform/program/command.hpp"
#include "platform/tls/sealing.hpp"

// What the commands on sealed secrets read and write.
namespace mainstay::clusters {

/// A whole file, or standard input ("" and "-"), up to Limits::document_bytes_max.
Result<std::string> read_input(const std::string& path);
/// In one step; what is there stays when that fails. Keeps the file's mode.
Result<> replace_file(const std::string& path, std::string_view text);

/// All documents of YAML or JSON.
Result<std::vector<Document>> read_documents(std::string_view text);
/// Of --format: "json" or YAML, each document behind "---".
std::string written(const Call& call, const std::vector<Document>& documents);

/// Of --certificate (a PEM file or an https address), else of the settings.
Result<std::shared_ptr<const tls::SealingCertificate>> certificate_of(const Call& call);
/// Of all files behind --key: PEM, or the controller's own Secrets as `kubectl get secret -o yaml`
/// shows them.
Result<tls::UnsealingKeys> keys_of(const Call& call);

/// The files that arguments name; of folders all *.yaml, *.yml and *.json below them, sorted,
/// without hidden ones and without following links.
Result<std::vector<std::string>> files_below(const std::vector<std::string>& paths);

}  // namespace mainstay::clusters
