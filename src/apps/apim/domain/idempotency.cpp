#include "apps/apim/domain/idempotency.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "apps/apim/errc.hpp"
#include "apps/apim/limits.hpp"
#include "base/bytes.hpp"
#include "base/text.hpp"

namespace mainstay::apim {
namespace {

void append_usage(ByteWriter& out, std::span<const UsageParameter> usage) {
  std::vector<std::pair<std::string_view, std::string_view>> sorted;
  sorted.reserve(usage.size());
  for (const UsageParameter& one : usage) {
    sorted.emplace_back(trimmed(one.name), trimmed(one.value.value_or("")));
  }
  std::ranges::sort(sorted);
  out.varint(sorted.size());
  for (const auto& [name, value] : sorted) {
    out.text(name);
    out.text(value);
  }
}

std::string transaction_text(const ReportedTransaction& transaction) {
  std::string text;
  ByteWriter out{text};
  out.text(transaction.app_id);
  out.text(transaction.user_key);
  out.text(transaction.timestamp);
  out.varint(static_cast<std::uint64_t>(transaction.response_code));
  append_usage(out, transaction.usage);
  return text;
}

}  // namespace

Result<> check_idempotency_key(std::string_view key) {
  if (key.empty() || key.size() > Limits::idempotency_key_bytes_max) {
    return plain_error(Errc::idempotency_key_invalid);
  }
  return {};
}

std::string request_text(const AuthorizeCommand& command, std::string_view application_id) {
  std::string text;
  ByteWriter out{text};
  out.u8(command.extensions.flat_usage ? 1 : 0);
  out.text(application_id);
  out.varint(static_cast<std::uint64_t>(command.response_code));
  append_usage(out, command.usage);
  return text;
}

std::string request_text(std::span<const ReportedTransaction> batch, Hierarchy hierarchy) {
  std::vector<std::string> sorted;
  sorted.reserve(batch.size());
  for (const ReportedTransaction& one : batch) sorted.push_back(transaction_text(one));
  std::ranges::sort(sorted);
  std::string text;
  ByteWriter out{text};
  out.u8(hierarchy == Hierarchy::flat ? 1 : 0);
  for (const std::string& one : sorted) out.text(one);
  return text;
}

Result<> refused_key(Keyed outcome) {
  if (outcome == Keyed::reused) return plain_error(Errc::idempotency_key_reused);
  if (outcome == Keyed::full) return plain_error(Errc::idempotency_store_full);
  return {};
}

}  // namespace mainstay::apim
