#include "apps/apim/outbound/memory/error_lists.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "apps/apim/outbound/journal/recording_log.hpp"
#include "base/random.hpp"
#include "base/text.hpp"

namespace mainstay::apim::error_lists_test {
namespace {

StoredError error(std::string message) {
  return {.code = "metric_invalid", .message = std::move(message), .at = 100, .context = "{}"};
}

std::vector<std::string> messages(const JournaledErrorLists& lists, std::string_view service_id,
                                  std::size_t offset = 0, std::size_t count_max = 1'000) {
  std::vector<std::string> out;
  for (const auto& stored : lists.list(service_id, offset, count_max).errors) {
    out.push_back(stored.message);
  }
  return out;
}

void replay(const RecordingLog& log, std::uint64_t as_of, JournaledErrorLists& lists) {
  log.replay(as_of, log.last_sequence(), [&]<class R>(std::uint64_t sequence, const R& record) {
    if constexpr (requires { lists.replay(sequence, record); }) lists.replay(sequence, record);
  });
}

using Texts = std::vector<std::string>;

TEST_CASE("error lists: listed newest first, by service and page") {
  RecordingLog log;
  JournaledErrorLists lists{log};
  for (const char* message : {"a", "b", "c"}) lists.add("s", error(message));
  lists.add("t", error("other"));
  CHECK(messages(lists, "s") == Texts{"c", "b", "a"});
  CHECK(messages(lists, "s", 1, 1) == Texts{"b"});
  CHECK(messages(lists, "s", 3, 1).empty());
  CHECK(messages(lists, "s", 99, 99).empty());
  CHECK(lists.list("s", 1, 1).count == 3);
  CHECK(lists.list("nobody", 0, 10).count == 0);
  const auto page = lists.list("t", 0, 1);
  REQUIRE(page.errors.size() == 1);
  CHECK(page.errors[0].code == "metric_invalid");
  CHECK(page.errors[0].at == 100);
  CHECK(page.errors[0].context == "{}");
}

TEST_CASE("error lists: full, the oldest goes first; cleared, empty") {
  RecordingLog log;
  JournaledErrorLists lists{log, 2};
  for (const char* message : {"a", "b", "c"}) lists.add("s", error(message));
  CHECK(messages(lists, "s") == Texts{"c", "b"});
  lists.clear("s");
  lists.clear("s");
  CHECK(messages(lists, "s").empty());
  CHECK(log.last_sequence() == 4);
}

TEST_CASE("error lists: texts beyond the limit, cut at a character") {
  RecordingLog log;
  JournaledErrorLists lists{log};
  constexpr std::size_t most = Limits::stored_text_bytes_max;
  for (std::size_t lead = 0; lead < 4; ++lead) {
    std::string text(most - lead, 'x');
    for (int i = 0; i < 4; ++i) text += "\xf0\x9f\x98\x80";
    StoredError long_error = error(text);
    long_error.code = text;
    lists.add("s", long_error);
    const auto page = lists.list("s", 0, 1);
    const std::string& stored = page.errors[0].message;
    CHECK(stored.size() <= most);
    CHECK(stored.size() > most - 4);
    CHECK(is_valid_utf8(stored));
    CHECK(page.errors[0].code == stored);
  }
  StoredError wide = error("m");
  wide.context = std::string(JournaledErrorLists::context_bytes_max, ' ');
  lists.add("s", wide);
  CHECK(lists.list("s", 0, 1).errors[0].context == wide.context);
  wide.context += ' ';
  lists.add("s", wide);
  CHECK(lists.list("s", 0, 1).errors[0].context == "{}");
}

TEST_CASE("error lists: a snapshot of any moment and the records behind, the same lists") {
  RecordingLog log;
  JournaledErrorLists lists{log, 4};
  Random random{1};
  struct Moment {
    std::uint64_t as_of;
    std::string saved;
  };
  std::vector<Moment> moments;
  const auto service = [&] { return "service" + std::to_string(random.below(5)); };
  for (int i = 0; i < 100; ++i) {
    Moment& moment = moments.emplace_back();
    moment.as_of = log.last_sequence();
    if (random.below(5) == 0) {
      lists.clear(service());
    } else {
      lists.add(service(), error(std::to_string(i)));
    }
    lists.save(moment.saved);
  }
  for (const Moment& moment : moments) {
    JournaledErrorLists recovered{log, 4};
    ByteReader in{as_bytes(moment.saved)};
    REQUIRE(recovered.load(in).has_value());
    CHECK(in.at_end());
    replay(log, moment.as_of, recovered);
    for (int i = 0; i < 5; ++i) {
      const std::string id = "service" + std::to_string(i);
      CHECK(messages(recovered, id) == messages(lists, id));
    }
  }
}

TEST_CASE("error lists: a damaged snapshot, refused at every length") {
  RecordingLog log;
  JournaledErrorLists lists{log};
  for (int i = 0; i < 3; ++i) lists.add("s" + std::to_string(i), error("m"));
  std::string saved;
  lists.save(saved);
  for (std::size_t size = 0; size < saved.size(); ++size) {
    JournaledErrorLists loaded{log};
    ByteReader in{as_bytes(std::string_view{saved}.substr(0, size))};
    CHECK(loaded.load(in).has_error());
  }
}

}  // namespace
}  // namespace mainstay::apim::error_lists_test
