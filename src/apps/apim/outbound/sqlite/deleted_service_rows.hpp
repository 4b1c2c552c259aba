#pragma once

#include "apps/apim/ports/deleted_services.hpp"
#include "platform/store/store.hpp"

namespace mainstay::apim {

/// The marks in the table apim_deleted_services, which catalog_rows.cpp fills.
class SqlDeletedServices final : public DeletedServices {
 public:
  explicit SqlDeletedServices(store::Store& store) : store_(store) {}
  Result<std::vector<DeletedService>> list() const override;
  Result<> forget(const std::vector<DeletedService>& marks) override;

 private:
  store::Store& store_;
};

}  // namespace mainstay::apim
