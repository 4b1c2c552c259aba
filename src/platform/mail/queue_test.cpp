#include "platform/mail/queue.hpp"

#include <doctest/doctest.h>

#include "base/temporary_folder.hpp"
#include "platform/jobs/job.hpp"
#include "platform/mail/compose.hpp"
#include "platform/store/migrations.hpp"

namespace mainstay::mail::queue_test {
namespace {

constexpr SystemTime noon{Micros{1'795'262'400'000'000}};

std::int64_t queued(store::Store& store) {
  std::int64_t count = -1;
  const auto read = store.read([&count](store::Session& session) -> Result<> {
    MS_TRY(const auto rows, session.query("SELECT COUNT(*) FROM jobs WHERE kind = 'mail.send'"));
    count = std::get<std::int64_t>(rows[0][0]);
    return {};
  });
  CHECK(read.has_value());
  return count;
}

TEST_CASE("mail queue: a message is queued with what else the work writes, or not at all") {
  const TemporaryFolder folder;
  auto store = store::open_sqlite({folder.path("test.db")});
  REQUIRE(store.has_value());
  REQUIRE(store::Migrator{**store, jobs::migrations()}.up(noon).has_value());
  const std::vector<templates::Builtin> builtins{{"hi.txt", "Subject: Hi\n\n{{name}}\n"}};
  const auto templates = templates::Templates::load(builtins, "");
  REQUIRE(templates.has_value());
  const auto message = compose(*templates, "hi", "ada@example.com", {{"name", "Ada"}});
  REQUIRE(message.has_value());
  MailQueue queue;
  CHECK((*store)
            ->write_now([&](store::Session& session) -> Result<> {
              MS_TRY_VOID(queue.enqueue(session, *message, noon));
              return Error{Errc::refused, "the rest of the work fails"};
            })
            .has_error());
  CHECK(queued(**store) == 0);
  CHECK((*store)
            ->write_now(
                [&](store::Session& session) { return queue.enqueue(session, *message, noon); })
            .has_value());
  CHECK(queued(**store) == 1);
  CHECK((*store)
            ->write_now([&](store::Session& session) {
              return queue.enqueue(session, {.to = "nobody", .subject = "", .text = "x"}, noon);
            })
            .has_error());
  CHECK(queued(**store) == 1);
}

}  // namespace
}  // namespace mainstay::mail::queue_test
