#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/unique_function.hpp"
#include "platform/lane/lane.hpp"
#include "platform/search/index.hpp"

namespace mainstay::search {

/// Where a source puts its documents; each call at most limits.batch_max of them.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual Result<> put(std::span<const Document> documents) = 0;
  /// How many there will be in all, for the progress that people see. Optional.
  virtual void expect(std::uint64_t documents) = 0;
};

/// All indexes of a program. Life: construct, add() (one thread), start(), stop().
class Service {
 public:
  using Make = std::function<std::unique_ptr<Index>(Shape)>;
  /// Streams all documents of an index from where they are at home. Blocks. What is changed
  /// meanwhile must be put into the index by whoever changes it, as always.
  using Source = UniqueFunction<Result<>(Sink&)>;

  /// `questions_max`: asked and not yet answered, beyond which ask() refuses.
  explicit Service(Make make, std::size_t questions_max = 256);
  ~Service();

  /// MS_CHECKs shape and that the name is new. Without a source it cannot be rebuilt. The index
  /// lives as long as the service.
  Index& add(Shape shape, Source source = {});
  /// Null when there is none of that name.
  [[nodiscard]] Index* find(std::string_view name);
  [[nodiscard]] std::vector<std::string> names() const;

  void start();
  void stop();
  /// For I/O threads: never blocks. `done` runs on the service's own thread; with Errc::busy when
  /// too much is asked at once, on the caller's. MS_CHECKs that there is such an index.
  void ask(std::string_view name, Query query, UniqueFunction<void(Result<Found>)> done);

  struct Progress {
    std::uint64_t documents = 0;
    std::uint64_t expected = 0;  // 0: nobody knows
  };
  /// Streams an index's source into a new generation, which then serves; gives how many documents
  /// came. When anything fails the old generation goes on serving. `on_progress` after each batch.
  Result<std::uint64_t> rebuild(std::string_view name,
                                const std::function<void(const Progress&)>& on_progress);

 private:
  struct Entry {
    std::unique_ptr<Index> index;
    Source source;
  };
  Make make_;
  std::map<std::string, Entry, std::less<>> entries_;
  Lane lane_;
};

}  // namespace mainstay::search
