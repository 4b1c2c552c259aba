#include "apps/apim/outbound/memory/error_lists.hpp"

#include <algorithm>
#include <utility>

namespace mainstay::apim {
namespace {

/// Cuts at the begin of a UTF-8 character.
void cut(std::string& text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return;
  const auto continues = [&](std::size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
  };
  std::size_t end = bytes_max;
  while (end > 0 && continues(end)) --end;
  text.resize(end);
}

StoredError stored(const ErrorAdded& record) {
  return {.code = std::string{record.code},
          .message = std::string{record.message},
          .at = record.at,
          .context = std::string{record.context}};
}

}  // namespace

void JournaledErrorLists::add(std::string_view service_id, StoredError error) {
  cut(error.code, Limits::stored_text_bytes_max);
  cut(error.message, Limits::stored_text_bytes_max);
  if (error.context.size() > context_bytes_max) error.context = "{}";
  const std::string record = encoded(ErrorAdded{.service_id = service_id,
                                                .code = error.code,
                                                .message = error.message,
                                                .at = error.at,
                                                .context = error.context});
  auto stripe = stripe_of(service_id).lock();
  List& list = list_of(*stripe, service_id);
  list.sequence = log_->append(record);
  put(list, std::move(error));
}

JournaledErrorLists::Page JournaledErrorLists::list(std::string_view service_id, std::size_t offset,
                                                    std::size_t count_max) const {
  const std::size_t stripe_index = StringHash{}(service_id) % stripes_.size();
  auto stripe = stripes_[stripe_index].lock();
  const auto list = stripe->find(service_id);
  if (list == stripe->end()) return {};
  const std::deque<StoredError>& errors = list->second.errors;
  const std::size_t first = std::min(offset, errors.size());
  const std::size_t count = std::min(count_max, errors.size() - first);
  const auto from = errors.begin() + static_cast<std::ptrdiff_t>(first);
  return {.errors = {from, from + static_cast<std::ptrdiff_t>(count)}, .count = errors.size()};
}

void JournaledErrorLists::clear(std::string_view service_id) {
  auto stripe = stripe_of(service_id).lock();
  const auto list = stripe->find(service_id);
  if (list == stripe->end()) return;
  log_->append(encoded(ErrorsCleared{service_id}));
  stripe->erase(list);
}

void JournaledErrorLists::replay(std::uint64_t sequence, const ErrorAdded& record) {
  auto stripe = stripe_of(record.service_id).lock();
  List& list = list_of(*stripe, record.service_id);
  if (sequence <= list.sequence) return;
  put(list, stored(record));
  list.sequence = sequence;
}

/// Also what a snapshot knows from behind this record: the records that it came from follow.
void JournaledErrorLists::replay(std::uint64_t, const ErrorsCleared& record) {
  auto stripe = stripe_of(record.service_id).lock();
  const auto list = stripe->find(record.service_id);
  if (list != stripe->end()) stripe->erase(list);
}

/// Services, each behind a 1; a 0 ends them.
void JournaledErrorLists::save(std::string& out) const {
  std::string saved;  // so that `out` grows outside of the locks
  for (const Locked<Stripe>& locked : stripes_) {
    saved.clear();
    {
      auto stripe = locked.lock();
      ByteWriter writer{saved};
      for (const auto& [service_id, list] : *stripe) {
        writer.u8(1);
        writer.text(service_id);
        writer.u64(list.sequence);
        writer.varint(list.errors.size());
        for (const StoredError& error : list.errors) {
          writer.text(error.code);
          writer.text(error.message);
          writer.i64(error.at);
          writer.text(error.context);
        }
      }
    }
    out.append(saved);
  }
  ByteWriter{out}.u8(0);
}

Result<> JournaledErrorLists::load(ByteReader& in) {
  std::uint8_t more = in.u8();
  for (; more == 1; more = in.u8()) {
    const std::string_view service_id = in.text();
    auto stripe = stripe_of(service_id).lock();
    List& list = list_of(*stripe, service_id);
    list.sequence = in.u64();
    const std::uint64_t count = in.varint();
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
      StoredError& error = list.errors.emplace_back();
      error.code = in.text();
      error.message = in.text();
      error.at = in.i64();
      error.context = in.text();
    }
  }
  if (!in.ok() || more != 0) return Error{RecordErrc::snapshot_malformed, "error lists"};
  return {};
}

JournaledErrorLists::List& JournaledErrorLists::list_of(Stripe& stripe,
                                                        std::string_view service_id) {
  const auto list = stripe.find(service_id);
  if (list != stripe.end()) return list->second;
  return stripe.try_emplace(std::string{service_id}).first->second;
}

void JournaledErrorLists::put(List& list, StoredError error) const {
  list.errors.push_front(std::move(error));
  while (list.errors.size() > errors_max_) list.errors.pop_back();
}

Locked<JournaledErrorLists::Stripe>& JournaledErrorLists::stripe_of(std::string_view service_id) {
  return stripes_[StringHash{}(service_id) % stripes_.size()];
}

}  // namespace mainstay::apim
