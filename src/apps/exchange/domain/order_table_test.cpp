#include "apps/exchange/domain/order_table.hpp"

#include <doctest/doctest.h>

namespace mainstay::exchange::order_table_test {

TEST_CASE("order table: by id, client id, account and expiry") {
  OrderTable table;
  Slot newest = no_slot;
  const auto add = [&](std::uint64_t id, std::string_view client, std::int64_t expires) {
    const Slot slot = table.add(OrderId{id}, newest);
    table[slot] = {.id = OrderId{id},
                   .shown = 5,
                   .owner = 3,
                   .flags = expires == 0 ? std::uint8_t{0} : order_flag::gtd};
    table.detail(slot) = {.expires = Time{expires}};
    if (expires != 0) table.set_expiry(slot);
    if (!client.empty()) table.set_client(slot, ClientOrderId{client});
    return slot;
  };
  const Slot first = add(10, "a", 200);
  const Slot second = add(11, "", 100);
  const Slot third = add(12, "c", 0);
  CHECK(table.find(OrderId{11}) == second);
  CHECK(table.find(3, ClientOrderId{"c"}) == third);
  CHECK(table.find(4, ClientOrderId{"c"}) == no_slot);
  CHECK(table.client(second).empty());
  CHECK(newest == third);
  CHECK(table.older(third) == second);
  CHECK(table.older(second) == first);
  CHECK(table.due(Time{99}) == no_slot);
  CHECK(table.due(Time{300}) == second);
  CHECK(table.is_expired(second, Time{100}));
  CHECK_FALSE(table.is_expired(third, Time{100}));

  table.set_client(third, ClientOrderId{"d"});
  CHECK(table.find(3, ClientOrderId{"c"}) == no_slot);
  table.remove(second, newest);
  CHECK(table.find(OrderId{11}) == no_slot);
  CHECK(table.older(third) == first);
  CHECK(table.due(Time{300}) == first);
  CHECK(add(13, "c", 0) == second);
  table.remove(newest, newest);
  table.remove(third, newest);
  CHECK(newest == first);
  CHECK(table.find(3, ClientOrderId{"d"}) == no_slot);
  CHECK(table.size() == 1);
}

}  // namespace mainstay::exchange::order_table_test
