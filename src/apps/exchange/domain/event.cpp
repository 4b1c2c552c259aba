#include "apps/exchange/domain/event.hpp"

namespace mainstay::exchange {

void Events::grow() {
  const std::size_t count = size();
  const std::size_t room = 2 * count + 16;
  auto more = std::make_unique<Event[]>(room);
  std::ranges::copy(*this, more.get());
  all_ = std::move(more);
  end_ = all_.get() + count;
  limit_ = all_.get() + room;
}

}  // namespace mainstay::exchange
