#include "apps/exchange/inbound/fix/desk.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "apps/exchange/inbound/fix/test_market.hpp"

namespace mainstay::exchange::fix::desk_test {
namespace {

using test::TestMessage;
using Lines = std::vector<std::string>;

/// A session's desk; the venue is played by the test.
struct Fixture {
  Listings all = test::listings();
  DoorState door;
  SessionState& session = door.add(1, "u", "c", AccountId{1'000});
  Desk desk{door, session};
  std::uint64_t number = 1;

  /// What was wanted of the venue and what was answered: "venue 1", "8 150=8", "reject 371=38".
  Lines take(const std::string& fields) {
    const TestMessage message{fields + "34=" + std::to_string(number++) + "|"};
    DeskOutput output;
    desk.take(*message, all, {}, output);
    return shown(output);
  }
  Lines answered(RequestId id) {
    door.requests.erase(id);
    DeskOutput output;
    CHECK(desk.on_answered(id, all, {}, output));
    return shown(output);
  }
  Lines busy(RequestId id) {
    door.requests.erase(id);
    DeskOutput output;
    desk.on_busy(id, all, {}, output);
    return shown(output);
  }
  /// The venue has taken it, and its report has been made.
  void has_order(std::uint64_t id, std::string client, char status = '0') {
    FixOrder order;
    order.id = OrderId{id};
    order.session = 1;
    order.symbol = SymbolId{1};
    order.client = std::move(client);
    order.status = status;
    order.quantity = Quantity{10};
    order.left = Quantity{10};
    order.price = Price{100};
    door.orders.put(std::move(order));
  }

  static Lines shown(const DeskOutput& output) {
    Lines lines;
    for (const auto& answer : output.answers) {
      if (const auto* const message = std::get_if<Outgoing>(&answer)) {
        const TestMessage sent{"35=" + message->type + "|" + test::shown(message->body)};
        std::string line = message->type;
        for (const Tag tag :
             {tag::exec_type, tag::order_status, tag::order_reject_reason,
              tag::cancel_reject_reason, tag::business_reject_reason, tag::mass_cancel_response}) {
          if ((*sent).has(tag)) {
            line += " " + std::to_string(tag) + "=" + std::string{(*sent).get(tag)};
          }
        }
        lines.push_back(line);
      } else {
        const auto& rejected = std::get<DeskOutput::Rejected>(answer);
        lines.push_back("reject 371=" + std::to_string(rejected.defect.tag));
      }
    }
    for (const auto& one : output.submissions) lines.push_back("venue " + std::to_string(one.id));
    return lines;
  }
};

const std::string order = "35=D|55=ARTUSD|54=1|38=10|40=2|44=1|";

TEST_CASE("fix desk: commands go to the venue without waiting for each other") {
  Fixture f;
  CHECK(f.take(order + "11=a|") == Lines{"venue 1"});
  CHECK(f.take(order + "11=b|") == Lines{"venue 2"});
  CHECK(f.desk.waiting() == 2);
  CHECK(f.desk.oldest_number() == 1);
  CHECK(f.answered(1).empty());
  CHECK(f.desk.oldest_number() == 2);
  CHECK(f.answered(2).empty());
  CHECK(f.desk.waiting() == 0);
  CHECK(f.desk.oldest_number() == 0);
}

TEST_CASE("fix desk: what is refused here is answered behind what came before") {
  Fixture f;
  CHECK(f.take(order + "11=a|") == Lines{"venue 1"});
  CHECK(f.take("35=D|55=NONE|54=1|38=10|40=2|44=1|11=b|").empty());
  CHECK(f.take("35=D|55=ARTUSD|54=1|40=2|44=1|11=c|").empty());
  CHECK(f.take(order + "11=d|").empty());  // nobody overtakes
  CHECK(f.desk.waiting() == 4);
  CHECK(f.answered(1) == Lines{"8 150=8 39=8 103=1", "reject 371=38", "venue 2"});
  CHECK(f.desk.waiting() == 1);
  CHECK(f.take("35=D|55=NONE|54=1|38=10|40=2|44=1|11=e|").empty());
  CHECK(f.answered(2) == Lines{"8 150=8 39=8 103=1"});
}

TEST_CASE("fix desk: an order may be canceled or replaced before the venue has told of it") {
  Fixture f;
  CHECK(f.take(order + "11=a|") == Lines{"venue 1"});
  CHECK(f.take("35=F|11=c|41=a|55=ARTUSD|54=1|").empty());
  f.has_order(7, "a");
  CHECK(f.answered(1) == Lines{"venue 2"});
  CHECK(f.door.requests.at(2).client == "c");
  CHECK(f.door.requests.at(2).original == "a");
  CHECK(f.take("35=G|11=d|41=a|38=5|") == Lines{"venue 3"});
}

TEST_CASE("fix desk: what cannot be canceled or replaced") {
  Fixture f;
  CHECK(f.take("35=F|11=c|41=a|") == Lines{"9 39=8 102=1"});
  f.has_order(7, "a", '2');
  CHECK(f.take("35=F|11=c|41=a|") == Lines{"9 39=2 102=0"});
  f.has_order(8, "b");
  CHECK(f.take("35=F|11=c|41=b|55=OTHER|") == Lines{"9 39=0 102=99"});
  CHECK(f.take("35=F|11=c|41=b|54=2|") == Lines{"9 39=0 102=99"});
  f.has_order(9, "live");
  CHECK(f.take("35=F|11=live|41=b|") == Lines{"9 39=0 102=6"});
  CHECK(f.take("35=G|11=live|41=b|38=5|") == Lines{"9 39=0 102=6"});
  CHECK(f.take("35=F|11=a|41=b|") == Lines{"venue 1"});  // a's order is finished
  CHECK(f.answered(1).empty());
  CHECK(f.take("35=F|11=c|") == Lines{"reject 371=41"});
  CHECK(f.take("35=F|41=b|") == Lines{"reject 371=11"});
  CHECK(f.take("35=G|41=b|11=d|38=x|") == Lines{"reject 371=38"});
  CHECK(f.take("35=G|41=b|11=d|40=1|38=5|") == Lines{"9 39=0 102=99"});
  CHECK(f.take("35=G|41=b|11=d|38=1.5|") == Lines{"9 39=0 102=99"});
}

TEST_CASE("fix desk: states are told behind the answers to what came before") {
  Fixture f;
  CHECK(f.take(order + "11=a|") == Lines{"venue 1"});
  CHECK(f.take("35=H|11=a|55=ARTUSD|54=1|").empty());
  CHECK(f.take("35=AF|584=x|585=7|").empty());
  f.has_order(7, "a");
  CHECK(f.answered(1) == Lines{"8 150=I 39=0", "8 150=I 39=0"});
  CHECK(f.take("35=H|11=z|55=ARTUSD|54=1|") == Lines{"8 150=I 39=8 103=5"});
  CHECK(f.take("35=AF|584=x|585=1|") == Lines{"reject 371=585"});
  CHECK(f.take("35=AF|585=7|") == Lines{"reject 371=584"});
  f.has_order(7, "a", '4');
  CHECK(f.take("35=AF|584=x|585=7|") == Lines{"j 380=1"});
}

TEST_CASE("fix desk: mass cancels, and messages that there are not") {
  Fixture f;
  CHECK(f.take("35=q|11=m|530=7|") == Lines{"venue 1"});
  CHECK(f.answered(1).empty());
  CHECK(f.take("35=q|11=m|530=1|55=NONE|") == Lines{"r 531=0"});
  CHECK(f.take("35=q|530=7|") == Lines{"reject 371=11"});
  CHECK(f.take("35=V|262=x|") == Lines{"j 380=3"});
}

TEST_CASE("fix desk: what the venue could not take is answered in its turn") {
  Fixture f;
  CHECK(f.take(order + "11=a|") == Lines{"venue 1"});
  CHECK(f.take(order + "11=b|") == Lines{"venue 2"});
  CHECK(f.busy(2).empty());
  CHECK(f.answered(1) == Lines{"j 380=4"});
  CHECK(f.desk.waiting() == 0);
}

TEST_CASE("fix desk: orders that waited when the connection ended are refused in their turn") {
  Fixture f;
  CHECK(f.take(order + "11=a|") == Lines{"venue 1"});
  CHECK(f.take("35=F|11=c|41=none|").empty());
  CHECK(f.take(order + "11=b|").empty());
  CHECK(f.take("35=F|11=d|41=a|").empty());
  f.desk.refuse_waiting_orders();
  CHECK(f.take(order + "11=e|").empty());  // of the next connection
  f.has_order(7, "a");
  CHECK(f.answered(1) == Lines{"9 39=8 102=1", "8 150=8 39=8 103=99", "venue 2", "venue 3"});
  CHECK(f.desk.waiting() == 2);
}

TEST_CASE("fix desk: behind a reset old numbers do not count") {
  Fixture f;
  CHECK(f.take(order + "11=a|") == Lines{"venue 1"});
  f.desk.on_reset();
  CHECK(f.desk.oldest_number() == 0);
  CHECK(f.take(order + "11=b|") == Lines{"venue 2"});
  CHECK(f.desk.oldest_number() == 2);
  DeskOutput output;
  CHECK_FALSE(f.desk.on_answered(99, f.all, {}, output));
}

}  // namespace
}  // namespace mainstay::exchange::fix::desk_test
