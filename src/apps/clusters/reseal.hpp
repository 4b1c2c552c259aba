#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "apps/clusters/ports/repository.hpp"
#include "base/result.hpp"
#include "platform/tls/sealing.hpp"

namespace mainstay::clusters {

/// What became of a repository's files: `changed` is one change, the rest is for people.
struct ResealReport {
  std::vector<RepositoryFile> changed = {};
  struct Problem {
    std::string path;
    std::string what;  // names the secret and the key, never a value
  };
  std::vector<Problem> problems = {};  // such files stay as they are
  std::size_t secrets = 0;             // SealedSecrets that were found
  std::size_t values = 0;              // that are sealed anew
};

/// Seals every value of every SealedSecret among `files` (*.yaml, *.yml, *.json; several documents
/// each) anew, with `certificate`, unless it is sealed for that certificate's key already. A
/// secret's scope is that of its own metadata, never its template's (CVE-2026-22728). Within a file
/// only the values change, comments and order stay, when the outcome reads as it should; else the
/// file is written anew. Any thread; some 5 ms of CPU a value and key (RSA-4096).
ResealReport reseal_files(std::span<const RepositoryFile> files, const tls::UnsealingKeys& keys,
                          const tls::SealingCertificate& certificate);

}  // namespace mainstay::clusters
