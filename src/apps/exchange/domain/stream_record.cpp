#include "apps/exchange/domain/stream_record.hpp"

#include <algorithm>
#include <cstring>

#include "base/check.hpp"

namespace mainstay::exchange {

const ErrorRow& error_row(StreamErrc code) {
  static constexpr ErrorRow malformed{"exchange_stream_malformed", "not an order stream", 400};
  static constexpr ErrorRow too_much{"exchange_stream_too_much",
                                     "only a matcher alone can have this stream", 400};
  return code == StreamErrc::too_much ? too_much : malformed;
}

namespace {

constexpr std::size_t record_size = sizeof(StreamRecord);

bool is_well_formed(const StreamRecord& record) {
  const auto op = static_cast<unsigned>(record.op);
  return op - 1 < 4 && record.side <= 1 && record.tif <= 1 && record.zero == 0;
}

Error malformed_at(std::size_t record, std::size_t field, const std::string& what) {
  return {StreamErrc::malformed, "record " + std::to_string(record + 1) + ", byte " +
                                     std::to_string(record * record_size + field) + ": " + what};
}

Error what_is_wrong(const StreamRecord& record, std::size_t at) {
  const auto op = static_cast<unsigned>(record.op);
  if (op - 1 >= 4) {
    return malformed_at(
        at, 0, "op " + std::to_string(op) + " is none of 1 new, 2 cancel, 3 reduce, 4 move");
  }
  if (record.side > 1) {
    return malformed_at(at, 1,
                        "side " + std::to_string(record.side) + " is neither 0 buy nor 1 sell");
  }
  if (record.tif > 1) {
    return malformed_at(at, 2, "tif " + std::to_string(record.tif) + " is neither 0 GTC nor 1 IOC");
  }
  return malformed_at(at, 3, "is " + std::to_string(record.zero) + " and must be 0");
}

}  // namespace

Result<Stream> parse_stream(Bytes bytes) {
  const std::size_t count = bytes.size() / record_size;
  if (bytes.size() % record_size != 0) {
    return Error{StreamErrc::malformed,
                 "it has " + std::to_string(bytes.size()) + " bytes, which is not a multiple of " +
                     std::to_string(record_size) + ": record " + std::to_string(count + 1) +
                     " at byte " + std::to_string(count * record_size) + " is cut off"};
  }
  if (count > stream_records_max) {
    return Error{StreamErrc::malformed, "it has " + std::to_string(count) + " records; at most " +
                                            std::to_string(stream_records_max) + " are taken"};
  }
  MS_CHECK(reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(StreamRecord) == 0);
  const Stream records{reinterpret_cast<const StreamRecord*>(bytes.data()), count};
  for (std::size_t i = 0; i < count; ++i) {
    if (!is_well_formed(records[i])) return what_is_wrong(records[i], i);
  }
  return records;
}

std::size_t live_orders_max(Stream records) {
  std::size_t live = 0;
  std::size_t most = 0;
  for (const StreamRecord& record : records) {
    if (record.op == StreamOp::place && record.tif == 0) most = std::max(most, ++live);
    if (record.op == StreamOp::cancel && live > 0) --live;
  }
  return most;
}

bool do_ids_go_up(Stream records) {
  constexpr std::size_t samples = 16;
  constexpr std::size_t enough = 14;
  std::size_t ups = 0;
  for (std::size_t i = 0; i < samples && !records.empty(); ++i) {
    const std::size_t at = (records.size() - 1) * i / samples;
    const std::uint64_t step = records[std::min(at + 1, records.size() - 1)].id - records[at].id;
    ups += std::size_t{step == 1 || step == 2};
  }
  return ups >= enough;
}

void write_record(const StreamRecord& record, std::string& out) {
  char raw[record_size];
  std::memcpy(raw, &record, record_size);  // little-endian: checked in base/bytes.cpp
  out.append(raw, record_size);
}

}  // namespace mainstay::exchange
