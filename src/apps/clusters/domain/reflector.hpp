#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.hpp"
#include "base/random.hpp"

namespace mainstay::clusters {

struct ReflectorOptions {
  std::size_t page_size = 500;
  bool streaming_lists = true;  // tried first; a server without them is asked for pages
  Millis watch_min{300'000};    // a watch lasts between these, so that not all end at once
  Millis watch_max{600'000};
  // Between failures; each doubles, up to the limit, and is stretched by up to its own length.
  Millis backoff_first{800};
  Millis backoff_max{30'000};
  Millis backoff_forgotten_after{120'000};
};

/// What went wrong at the server or on the way to it.
struct ReflectorFailure {
  int status = 0;                  // HTTP, or of the Status object; 0: no answer
  bool version_too_large = false;  // a Status with the cause ResourceVersionTooLarge
  std::optional<Millis> retry_after = {};
  std::string text = {};  // for people
};

/// Decides how a copy of the cluster's objects of one kind is kept: which list to ask for, what to
/// watch, when to try again. Knows no objects and no network; whoever drives it does what next()
/// says and tells it what came of it. Repeatable: times and randomness are given.
///
/// The rules are those of client-go's tools/cache/reflector.go and kube-rs' watcher.rs: the first
/// list takes what the server has at hand (resourceVersion 0), later ones nothing older than what
/// was seen; a version that is gone (410) or unknown yet (ResourceVersionTooLarge) is not asked for
/// again. https://kubernetes.io/docs/reference/using-api/api-concepts/
class Reflector {
 public:
  /// GET with these parameters.
  struct ListPage {
    std::string resource_version;  // "": leave it out
    std::string continue_token;    // "": the first page
    std::size_t limit = 0;
  };
  struct Watch {
    std::string resource_version;  // "": leave it out
    Seconds timeout{0};            // for the server
    bool initial_events = false;   // sendInitialEvents, with resourceVersionMatch=NotOlderThan
    Millis quiet_max{0};           // no byte for so long: the connection is dead
  };
  struct Wait {
    Millis time{0};
  };
  using Step = std::variant<ListPage, Watch, Wait>;

  enum class Event : std::uint8_t { added, modified, deleted, bookmark };
  /// What to do with an event's object.
  enum class Effect : std::uint8_t {
    buffer,   // keep it for the list that is coming
    replace,  // a bookmark: the list is whole; what is buffered replaces everything
    put,
    remove,
    none,  // a bookmark
  };

  Reflector(ReflectorOptions options, Random random);

  /// What to do now; ask when nothing is under way. A first page and a watch with initial events
  /// begin a new list: what was buffered of another is void.
  Step next(SteadyTime now);

  /// A page came. True: it was the last, and what is buffered replaces everything.
  bool page(std::string_view resource_version, std::string_view continue_token, SteadyTime now);

  Effect event(Event kind, std::string_view resource_version, bool initial_events_end);
  /// The stream of the watch ended as streams do.
  void stream_ended(SteadyTime now);
  /// A page or a watch could not be had, or an ERROR event came: the stream must be closed.
  void failed(const ReflectorFailure& failure, SteadyTime now);

  /// The latest version seen; "" before the first list.
  [[nodiscard]] const std::string& resource_version() const { return version_; }
  /// A list came whole since the last failure.
  [[nodiscard]] bool follows() const { return follows_; }
  /// Why not; "" when nothing failed since.
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  enum class Phase : std::uint8_t { list, pages, initial_events, watch };

  ListPage list_page();
  Watch watch(SteadyTime now);
  void back_off(const ReflectorFailure& failure, SteadyTime now);
  /// A new list. `version_known`: the last seen version can be asked for.
  void begin_list(bool version_known);
  void synced();

  const ReflectorOptions options_;
  Random random_;
  Phase phase_ = Phase::list;
  std::string version_;
  std::string continue_;
  bool any_version_ = true;   // nothing seen yet: what the server has at hand will do
  bool newest_only_ = false;  // the last version cannot be asked for
  bool streaming_;            // lists by watches
  bool follows_ = false;
  std::string problem_;

  // Of the watch under way.
  SteadyTime watch_began_{};
  bool watch_had_events_ = false;

  // Failures in a row.
  Millis backoff_;
  std::optional<SteadyTime> wait_until_;
  std::optional<SteadyTime> last_failure_;
  std::optional<SteadyTime> last_gone_;
};

}  // namespace mainstay::clusters
