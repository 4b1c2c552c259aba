#include "platform/search/service.hpp"

#include <future>

#include <doctest/doctest.h>

#include "base/temporary_folder.hpp"
#include "platform/search/index_contract.hpp"
#include "platform/search/sql_index.hpp"

namespace mainstay::search::service_test {
namespace {

struct Fixture {
  Fixture() {
    auto opened = store::open_sqlite({folder.path("test.db")});
    REQUIRE(opened.has_value());
    store = std::move(*opened);
    REQUIRE(store::Migrator{*store, migrations()}.up(SystemTime{}).has_value());
  }
  Service::Make make() {
    return [this](Shape shape) { return make_sql_index(*store, std::move(shape)); };
  }
  TemporaryFolder folder;
  std::unique_ptr<store::Store> store;
};

TEST_CASE("search service: a rebuild streams the source, and tells how far it is") {
  Fixture fixture;
  Service service{fixture.make()};
  bool fails = false;
  Index& index = service.add(contract_shape(), [&fails](Sink& sink) -> Result<> {
    sink.expect(3);
    MS_TRY_VOID(sink.put(std::vector<Document>{document("1", "one"), document("2", "two")}));
    if (fails) return Error{Errc::engine, "the source broke"};
    return sink.put(std::vector<Document>{document("3", "three")});
  });
  service.add({"bare", {{"text"}}});
  CHECK(service.names() == std::vector<std::string>{"bare", "things"});
  std::vector<std::uint64_t> seen;
  const auto note = [&seen](const Service::Progress& progress) {
    seen.push_back(progress.documents * 10 + progress.expected);
  };
  const auto done = service.rebuild("things", note);
  REQUIRE(done.has_value());
  CHECK(*done == 3);
  CHECK(seen == std::vector<std::uint64_t>{23, 33});
  CHECK(ids(index, "") == Ids{"1", "2", "3"});
  put(index, {document("4", "four")});
  fails = true;
  CHECK(service.rebuild("things", {}).has_error());
  CHECK(ids(index, "") == Ids{"1", "2", "3", "4"});
  CHECK(service.rebuild("bare", {}).has_error());
  CHECK(service.rebuild("none", {}).has_error());
  CHECK(service.find("none") == nullptr);
}

TEST_CASE("search service: questions are answered on a thread of its own, so many at once") {
  Fixture fixture;
  Service service{fixture.make(), 1};
  Index& index = service.add(contract_shape());
  put(index, {document("1", "red")});
  service.start();
  std::promise<std::size_t> hits;
  std::promise<void> begun;
  std::promise<void> gate;
  service.ask("things", {.text = "red"}, [&](Result<Found> answer) {
    hits.set_value(answer.has_value() ? answer->hits.size() : 0);
    begun.set_value();
    gate.get_future().wait();
  });
  CHECK(hits.get_future().get() == 1);
  begun.get_future().wait();
  int busy = 0;
  for (int i = 0; i < 3; ++i) {
    service.ask("things", {.text = "red"}, [&busy](Result<Found> answer) {
      busy += answer.has_error() && answer.error().is(Errc::busy) ? 1 : 0;
    });
  }
  gate.set_value();
  service.stop();
  CHECK(busy == 2);
}

}  // namespace
}  // namespace mainstay::search::service_test
