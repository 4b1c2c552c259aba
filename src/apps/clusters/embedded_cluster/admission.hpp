#pragma once

#include "apps/clusters/embedded_cluster/refusal.hpp"
#include "apps/clusters/embedded_cluster/resource_type.hpp"
#include "base/document.hpp"

namespace mainstay::clusters::embedded {

/// What the built-in kinds demand beside their schema, and what the server fills in: Secrets turn
/// stringData into data, definitions are checked and get a status. `before` null: it is made.
Objection admit(const ResourceTypes& types, const ResourceType& type, const Document* before,
                Document& object);

/// Name and namespace of an object of this type.
Objection check_names(const ResourceType& type, const Document& object);

}  // namespace mainstay::clusters::embedded
