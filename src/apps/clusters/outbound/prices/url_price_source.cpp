#include "apps/clusters/outbound/prices/url_price_source.hpp"

#include <fstream>
#include <future>
#include <memory>
#include <system_error>
#include <utility>

#include "apps/clusters/limits.hpp"
#include "apps/clusters/outbound/prices/instance_type_reader.hpp"
#include "apps/clusters/outbound/prices/price_files.hpp"
#include "base/text.hpp"
#include "platform/http/client.hpp"

namespace mainstay::clusters {
namespace {

constexpr Millis head_patience{60'000};
constexpr Millis silence_max{60'000};

/// What comes meanwhile. Of the client's thread until `done` is set.
struct PriceDownload {
  explicit PriceDownload(const std::filesystem::path& path)
      : file(path, std::ios::binary | std::ios::trunc) {}

  Result<> take(std::string_view part) {
    bytes += part.size();
    if (bytes > Limits::offer_download_bytes_max) {
      return Error{PricesErrc::url_failed, "it is longer than 8 GiB"};
    }
    if (!file.write(part.data(), static_cast<std::streamsize>(part.size()))) {
      return Error{PricesErrc::file_failed, "what comes cannot be written: is the disk full?"};
    }
    return {};
  }

  std::ofstream file;
  std::uint64_t bytes = 0;
  std::promise<Result<http::ClientResponse>> done;
};

/// Gone when it is no longer needed, whatever happened.
struct PriceDownloadFile {
  explicit PriceDownloadFile(std::filesystem::path at) : path(std::move(at)) {}
  PriceDownloadFile(const PriceDownloadFile&) = delete;
  PriceDownloadFile& operator=(const PriceDownloadFile&) = delete;
  ~PriceDownloadFile() {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
  std::filesystem::path path;
};

std::string etag_of(const http::ClientResponse& response) {
  for (const auto& [name, value] : response.headers) {
    if (equals_ignoring_case(name, "etag")) return value;
  }
  return {};
}

}  // namespace

UrlPriceSource::UrlPriceSource(http::Client& client, std::string url, std::filesystem::path folder)
    : client_(client), url_(std::move(url)), folder_(std::move(folder)) {}

Result<std::optional<InstanceTypeSet>> UrlPriceSource::fetch(const InstanceTypeOrigin& known,
                                                             SystemTime now) {
  std::error_code failed;
  std::filesystem::create_directories(folder_, failed);
  const PriceDownloadFile place{folder_ / "download"};
  auto download = std::make_shared<PriceDownload>(place.path);
  if (!download->file) {
    return Error{PricesErrc::file_failed, place.path.string() + ": it cannot be written"};
  }
  http::ClientRequest request;
  request.url = url_;
  request.trust = http::Trust::operator_address;
  request.deadline = head_patience;
  request.headers.emplace_back("Accept", "application/json");
  if (!known.etag.empty()) request.headers.emplace_back("If-None-Match", known.etag);
  http::ClientStream stream;
  stream.on_part = [download](std::string_view part) { return download->take(part); };
  stream.idle_max = silence_max;
  auto done = download->done.get_future();
  if (is_cancelled_) return Error{PricesErrc::url_failed, "the program stops"};
  transfer_ = client_.stream(std::move(request), std::move(stream),
                             [download](Result<http::ClientResponse> response) {
                               download->done.set_value(std::move(response));
                             });
  if (is_cancelled_) client_.cancel(transfer_);  // it came between
  const auto response = done.get();
  if (response.has_error()) {
    return Error{PricesErrc::url_failed, url_ + ": " + response.error().message()};
  }
  if (response->status == 304) return std::optional<InstanceTypeSet>{};
  if (response->status != 200) {
    return Error{PricesErrc::url_failed, url_ + ": it answers " + std::to_string(response->status)};
  }
  download->file.close();
  if (!download->file) return Error{PricesErrc::file_failed, "what came cannot be written"};
  InstanceTypeOrigin origin;
  origin.source = url_;
  origin.etag = etag_of(*response);
  origin.taken_at = now;
  MS_TRY(InstanceTypeSet set, read_price_file(place.path, origin));
  return std::optional{with_origin(std::move(set), std::move(origin))};
}

void UrlPriceSource::cancel() {
  is_cancelled_ = true;
  client_.cancel(transfer_);
}

}  // namespace mainstay::clusters
