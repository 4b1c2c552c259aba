#pragma once

#include <optional>
#include <vector>

#include "apps/apim/domain/application_edit.hpp"
#include "base/result.hpp"

namespace mainstay::apim {

struct InternalCall;

/// One application of the batch, or why it cannot be one.
struct BatchEntry {
  ApplicationBundle bundle;
  std::optional<Error> refusal;
};

/// The body's `applications`. Errors: value_missing, value_invalid, and more than
/// Limits::batch_applications_max of them.
Result<std::vector<BatchEntry>> read_batch(const InternalCall& call);

}  // namespace mainstay::apim
