#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/document.hpp"

namespace mainstay::clusters::embedded {

struct Cause {
  std::string reason;  // "FieldValueInvalid", "FieldManagerConflict"
  std::string message;
  std::string field;
};

/// Why a call was refused: becomes a Kubernetes Status (meta/v1). An Error would not do: clients
/// read reason, details and causes.
struct Refusal {
  int code = 500;
  std::string reason;  // "NotFound", "Conflict" ...
  std::string message;
  // details
  std::string group = {};
  std::string kind = {};  // the plural, as the API server has it there
  std::string name = {};
  std::vector<Cause> causes = {};
  int retry_after_seconds = 0;
};

/// {"kind":"Status","apiVersion":"v1","status":"Failure",...}
Document to_status(const Refusal& refusal);

Refusal bad_request(std::string message);
/// `resource`: "secrets", "nodegroups.cluster.example".
Refusal not_found(std::string group, std::string plural, std::string name);
/// 410: a revision that is no longer kept.
Refusal expired(std::string message);
Refusal forbidden(std::string message);
/// 422; the message is made of the causes.
Refusal invalid(std::string group, std::string kind, std::string name, std::vector<Cause> causes);

/// What a call gives, or why it gives nothing.
template <class T>
class [[nodiscard]] Outcome {
 public:
  // NOLINTBEGIN(google-explicit-constructor): `return object;`, `return not_found(...)`
  Outcome(T value) : is_(std::in_place_index<0>, std::move(value)) {}
  Outcome(Refusal refusal) : is_(std::in_place_index<1>, std::move(refusal)) {}
  // NOLINTEND(google-explicit-constructor)

  explicit operator bool() const { return is_.index() == 0; }
  T& operator*() & { return std::get<0>(is_); }
  const T& operator*() const& { return std::get<0>(is_); }
  T operator*() && { return std::get<0>(std::move(is_)); }
  T* operator->() { return &std::get<0>(is_); }
  const T* operator->() const { return &std::get<0>(is_); }
  [[nodiscard]] const Refusal& refusal() const& { return std::get<1>(is_); }
  [[nodiscard]] Refusal refusal() && { return std::get<1>(std::move(is_)); }

 private:
  std::variant<T, Refusal> is_;
};

/// Nothing speaks against it, or what does.
using Objection = std::optional<Refusal>;

}  // namespace mainstay::clusters::embedded
