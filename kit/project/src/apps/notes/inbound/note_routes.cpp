#include "apps/notes/inbound/note_routes.hpp"

#include <string>
#include <utility>

#include "base/random.hpp"
#include "platform/auth/guard.hpp"
#include "platform/jobs/runner.hpp"
#include "platform/json/json.hpp"

namespace @{name}::notes {
namespace {

namespace http = mainstay::http;
namespace json = mainstay::json;

constexpr std::size_t id_bytes = 16;

void refuse(http::Response& response, const mainstay::Error& error) {
  http::problem(response, error.http_status(), error.name(), error.message());
}

json::Value to_json(const Note& note) {
  const json::Value words = note.words ? json::Value{*note.words} : json::Value{nullptr};
  return json::Object{{"id", note.id},
                      {"text", note.text},
                      {"made_at", note.made_at.time_since_epoch().count()},
                      {"words", words}};
}

void answer(http::Response& response, int status, const json::Value& value) {
  response.status(status);
  response.content_type("application/json");
  response.body() = json::dump(value) + "\n";
}

mainstay::Result<Note> read_note(const http::Request& request) {
  MS_TRY(const auto value, json::parse(request.body));
  const std::string* text = value.find_string("text");
  if (text == nullptr) return mainstay::Error{Errc::text_invalid, "send {\"text\": \"...\"}"};
  return make_note(mainstay::secret_hex(id_bytes), *text, request.at);
}

void create(NoteRows& rows, mainstay::jobs::Runner& jobs, const http::Request& request,
            http::Response& response) {
  const auto note = read_note(request);
  if (note.has_error()) return refuse(response, note.error());
  rows.add(*note, [&jobs, later = response.defer(), note = *note](mainstay::Result<> done) mutable {
    jobs.wake();
    later.complete([done = std::move(done), note](http::Response& stored) {
      if (done.has_error()) return refuse(stored, done.error());
      answer(stored, 201, to_json(note));
      stored.header("Location", "/notes/" + note.id);
    });
  });
}

void list(NoteRows& rows, http::Response& response) {
  rows.newest([later = response.defer()](mainstay::Result<std::vector<Note>> notes) mutable {
    later.complete([notes = std::move(notes)](http::Response& found) {
      if (notes.has_error()) return refuse(found, notes.error());
      json::Array all;
      for (const Note& note : *notes) all.push_back(to_json(note));
      answer(found, 200, json::Object{{"notes", std::move(all)}});
    });
  });
}

void show(NoteRows& rows, const http::Request& request, http::Response& response) {
  rows.find(std::string{request.params.text("id")},
            [later = response.defer()](mainstay::Result<std::vector<Note>> notes) mutable {
              later.complete([notes = std::move(notes)](http::Response& found) {
                if (notes.has_error()) return refuse(found, notes.error());
                if (notes->empty()) return refuse(found, Errc::unknown);
                answer(found, 200, to_json(notes->front()));
              });
            });
}

void remove(NoteRows& rows, const http::Request& request, http::Response& response) {
  rows.remove(std::string{request.params.text("id")},
              [later = response.defer()](mainstay::Result<> done) mutable {
                later.complete([done = std::move(done)](http::Response& removed) {
                  if (done.has_error()) return refuse(removed, done.error());
                  removed.status(204);
                });
              });
}

}  // namespace

void register_routes(http::Router& router, NoteRows& rows, mainstay::jobs::Runner& jobs,
                     mainstay::auth::Guard* guard) {
  router.add(http::Method::get, "/notes",
             [&rows](const http::Request&, http::Response& response) { list(rows, response); });
  router.add(http::Method::post, "/notes",
             [&rows, &jobs](const http::Request& request, http::Response& response) {
               create(rows, jobs, request, response);
             });
  router.add(http::Method::get, "/notes/{id}",
             [&rows](const http::Request& request, http::Response& response) {
               show(rows, request, response);
             });
  if (guard == nullptr) return;
  auto removing = [&rows](const http::Request& request, http::Response& response,
                          const mainstay::auth::Caller&) { remove(rows, request, response); };
  router.add(http::Method::delete_, "/notes/{id}", guard->require({}, std::move(removing)));
}

}  // namespace @{name}::notes
