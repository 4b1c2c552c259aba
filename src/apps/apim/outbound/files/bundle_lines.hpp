#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "apps/apim/domain/service_bundle.hpp"
#include "apps/apim/ports/import_sink.hpp"
#include "apps/apim/ports/usage_history.hpp"
#include "base/result.hpp"
#include "platform/zones/time_zones.hpp"

namespace mainstay::apim {

// The file of `mainstay apim export`: JSON, an object a line.
//
//   {"mainstay":"apim-export","version":1}
//   {"service":{"id":"1001","provider_key":"...",...}}      a row each, as in row_fields.hpp
//   {"metric":{"service_id":"1001",...}}
//   {"usage":{"service_id":"1001","application_id":"a","metric_id":"m","period":"day",
//             "begin":1795219200,"value":7}}                a counted window; seconds since 1970
//   {"end_of_service":{"id":"1001","rows":2,"usage":1}}
//   {"end":{"services":1}}

enum class LinesErrc : std::uint8_t {
  not_an_export = 1,
  version_unknown,  // written by a newer program
  line_too_long,
  line_invalid,
  truncated,
};
const ErrorRow& error_row(LinesErrc code);

/// Writes such a file into a string, piece by piece: header(), then for each service() its usage()
/// and end_of_service(), then end(). The string may be emptied between calls.
class BundleWriter {
 public:
  explicit BundleWriter(std::string& out) : out_(out) {}

  void header();
  void service(const ServiceBundle& bundle);
  void usage(const UsageRow& row);
  void end_of_service();
  void end();

 private:
  std::string& out_;
  ServiceId id_;
  std::size_t rows_ = 0;
  std::size_t usage_ = 0;
  std::size_t services_ = 0;
};

/// Reads such a file. A service's rows come before its usage; it reaches the sink as a whole, and
/// is finished when its end was read. Memory holds one service.
class BundleReader {
 public:
  static constexpr std::size_t line_bytes_max = 256U << 10U;

  BundleReader(std::istream& in, ImportSink& sink, zones::TimeZones& zones)
      : in_(in), sink_(sink), zones_(zones) {}

  /// Errors name the line; the sink's errors come back as they are.
  Result<> run();
  [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  struct Line;
  Result<bool> next_line();
  Result<> take(const Line& line);
  Result<> take_row(const Line& line);
  Result<> take_usage(const Line& line);
  Result<> take_end_of_service(const Line& line);
  Result<> take_end(const Line& line);
  Result<> begin_service();
  Result<> flush_usage();
  [[nodiscard]] Error invalid(std::string_view why) const;

  std::istream& in_;
  ImportSink& sink_;
  zones::TimeZones& zones_;
  std::string line_;
  std::size_t line_number_ = 0;
  std::uint64_t bytes_read_ = 0;
  ServiceBundle bundle_;  // of the service that is being read; its rows are empty between services
  std::vector<UsageRow> usage_;
  std::size_t usage_count_ = 0;
  bool begun_ = false;   // the sink knows it
  bool wanted_ = false;  // and wants it
  std::size_t services_ = 0;
  bool ended_ = false;
};

}  // namespace mainstay::apim
