#pragma once

#include "apps/exchange/ports/account_owners.hpp"
#include "platform/store/store.hpp"

namespace mainstay::exchange {

/// AccountOwners in the relational store (table exchange_accounts), on either engine.
class SqlAccountOwners final : public AccountOwners {
 public:
  explicit SqlAccountOwners(store::Store& store) : store_(store) {}
  void account_of(std::string_view user_id, SystemTime now, Found found) override;

 private:
  void make(std::string user_id, SystemTime now, Found found);
  store::Store& store_;
};

}  // namespace mainstay::exchange
