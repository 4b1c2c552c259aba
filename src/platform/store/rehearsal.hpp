#pragma once

#include <string>
#include <utility>
#include <vector>

#include "platform/store/store.hpp"

namespace mainstay::store {

/// A store whose writes are done, checked and undone: for `--dry-run`. Works that give no error are
/// told that they succeeded; what deferred checks and the commit itself would refuse is not found.
/// Reads and selects see what was there before.
class Rehearsal final : public Store {
 public:
  explicit Rehearsal(Store& real) : real_(real) {}

  [[nodiscard]] Engine engine() const override { return real_.engine(); }
  void write(Work work, Done done) override;
  Result<> write_now(Work work) override;
  Result<> read(Work work) override { return real_.read(std::move(work)); }
  void select(std::string sql, std::vector<Value> params, Selected done) override {
    real_.select(std::move(sql), std::move(params), std::move(done));
  }
  Result<> health() override { return real_.health(); }
  void stop() override { real_.stop(); }

 private:
  Store& real_;
};

}  // namespace mainstay::store
