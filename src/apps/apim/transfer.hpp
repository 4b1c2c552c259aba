#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

#include "apps/apim/import_target.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"

namespace mainstay::journal {
class FileSystem;
}
namespace mainstay::redis {
struct Address;
}
namespace mainstay::settings {
class Settings;
}
namespace mainstay::store {
class Store;
}

namespace mainstay::apim {

// Moving API management's data in and out, for commands: without a server, but for exports.

/// The data that is moved. The store's schema is current.
struct DataFolder {
  const settings::Settings& settings;
  store::Store& store;
  journal::FileSystem& files;
  const Clock& clock;
  /// The disk failed: says why and ends the process.
  UniqueFunction<void(const Error&)>& fail;
};

struct ExportReport {
  std::uint64_t services = 0;
  std::uint64_t rows = 0;
  std::uint64_t windows = 0;
  std::uint64_t orphan_tokens = 0;  // of services that do not exist: not exported
  bool is_served = false;           // counters are as of the server's last mirroring
};
using ExportOut = UniqueFunction<Result<>(std::string_view)>;

/// Writes everything, a service after the other, into `out`; the configuration as of one moment.
/// `counters`: as they stand in the history, into which, when no server runs, what memory held is
/// written first.
Result<ExportReport> export_services(DataFolder data, bool counters, ExportOut out);

using Progress = UniqueFunction<void(const ImportReport&)>;

/// From what export_services() wrote. Errors name the line. A stream that can be rewound is read
/// twice: nothing is stored unless all of it can be read. Of another, what was finished before an
/// error stays. Error journal_locked: a server runs.
Result<ImportReport> import_lines(DataFolder data, std::istream& in, ImportOptions options,
                                  Progress progress);

/// From a running apisonator's Redis, which is only read.
Result<ImportReport> import_apisonator(DataFolder data, const redis::Address& address,
                                       std::string password, ImportOptions options,
                                       Progress progress);

}  // namespace mainstay::apim
