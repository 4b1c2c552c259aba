#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "apps/apim/domain/period.hpp"
#include "base/unique_function.hpp"

namespace mainstay::apim {

/// Something a tenant's owner is told of. `object` is JSON text, made by domain/notices.cpp.
struct Event {
  std::uint64_t id = 0;
  // first_traffic, first_daily_traffic, alert, limit_grace_entered, shadow_limit_exceeded, or a
  // test's own
  std::string type;
  UnixSeconds at = 0;
  std::string object;  // JSON object
};

/// Events wait here, ascending by id, until their consumer has read and removed them. Bounded by
/// Limits::events_max: the oldest goes first. Survives a restart. Any thread.
class Events {
 public:
  virtual ~Events() = default;
  virtual std::uint64_t add(std::string_view type, UnixSeconds at, std::string_view object) = 0;
  /// The oldest, at most `count_max` of them.
  [[nodiscard]] virtual std::vector<Event> list(std::size_t count_max) const = 0;
  virtual bool remove(std::uint64_t id) = 0;
  /// Removes every event with an id up to and including `id`; how many.
  virtual std::size_t remove_upto(std::uint64_t id) = 0;
  [[nodiscard]] virtual std::size_t size() const = 0;
};

/// A refused call, for the owner of the service to find his integration's mistakes.
struct StoredError {
  std::string code;
  std::string message;
  UnixSeconds at = 0;
  std::string context;  // JSON object: the request, credentials masked; "{}" for reports
};

/// The newest errors of each service, at most Limits::errors_per_service_max. Survives a restart.
/// Any thread.
class ErrorLists {
 public:
  virtual ~ErrorLists() = default;
  virtual void add(std::string_view service_id, StoredError error) = 0;
  struct Page {
    std::vector<StoredError> errors;  // newest first
    std::size_t count = 0;            // of all
  };
  [[nodiscard]] virtual Page list(std::string_view service_id, std::size_t offset,
                                  std::size_t count_max) const = 0;
  virtual void clear(std::string_view service_id) = 0;
};

/// What is told once: an event for the owner, and for the consumer behind the application a notice
/// with that body, unless it is empty.
struct Telling {
  std::string_view type;
  std::string object;
  std::string_view application_id;
  std::string consumer_body;
};

/// Which alerts an application was already told of, for Limits::alert_mark_life. Survives a
/// restart. Any thread.
class AlertMarks {
 public:
  virtual ~AlertMarks() = default;
  /// Marks, and tells what `telling` gives: both survive, or neither. False when the mark was there
  /// already: then nothing is told, and `telling` is not asked. It may take an alert id, and must
  /// call nothing else of the state. `name` is an application's id, or begins with one.
  virtual bool tell_once(std::string_view service_id, std::string_view name, int bin,
                         UnixSeconds now, const UniqueFunction<Telling()>& telling) = 0;
  [[nodiscard]] virtual bool is_marked(std::string_view service_id, std::string_view name, int bin,
                                       UnixSeconds now) const = 0;
  /// Forgets all marks of a service.
  virtual void erase_service(std::string_view service_id) = 0;
  /// Alert ids: 1, 2, ...
  virtual std::uint64_t next_alert_id() = 0;
};

}  // namespace mainstay::apim
