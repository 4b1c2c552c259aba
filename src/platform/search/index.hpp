#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace mainstay::search {

enum class Errc : std::uint8_t {
  refused = 1,    // a name, document or query beyond its bounds; the detail says which
  needs_rebuild,  // the index has another shape than the program's: `search rebuild NAME`
  superseded,     // another rebuild of the same index has begun
  busy,           // the engine has too much to do
  engine,         // the engine failed; the detail is its own
};
const ErrorRow& error_row(Errc code);

struct Limits {
  std::size_t fields_max = 8;
  std::size_t id_bytes_max = 255;
  std::size_t text_bytes_max = 256U << 10U;  // of all fields of a document
  std::size_t tags_max = 64;                 // of a document
  std::size_t tag_bytes_max = 255;
  std::size_t batch_max = 1'000;  // documents in a call
  std::size_t hits_max = 200;
  std::size_t offset_max = 9'800;   // with hits_max, Elasticsearch's window of 10,000
  std::int64_t total_max = 10'000;  // further hits are not counted
};
inline constexpr Limits limits;

enum class Weight : std::uint8_t { normal, high };
enum class Language : std::uint8_t { simple, english };  // english: "shoes" finds "shoe"

/// What an index holds. Names are [a-z][a-z0-9_]*, at most 40 characters.
struct Shape {
  std::string name;
  struct Field {
    std::string name;
    Weight weight = Weight::normal;
  };
  std::vector<Field> fields;           // texts that are searched, 1 to fields_max
  std::vector<std::string> tags = {};  // what can be filtered by
  Language language = Language::simple;
};

struct NamedText {
  std::string name;
  std::string text;
};

struct Document {
  std::string id;
  std::vector<NamedText> fields;
  std::vector<NamedText> tags = {};  // several of one name are allowed
};

struct Query {
  std::string text = {};                // as typed: words.hpp; "" finds all, by id
  bool last_is_prefix = false;          // somebody is typing
  std::vector<NamedText> filters = {};  // of each name, one of its values must be there
  std::size_t hits_max = 20;
  std::size_t offset = 0;
};

struct Hit {
  std::string id;
  double score = 0;  // higher is better; comparable within an answer only
  struct Piece {
    std::string text;
    bool is_match = false;
  };
  std::vector<Piece> snippet;  // of the best place, plain text: escape each piece for a page
};

struct Found {
  std::vector<Hit> hits;   // best first
  std::int64_t total = 0;  // at most limits.total_max
};

/// A new generation of an index while the old one serves. What is put into the index meanwhile is
/// in both, and wins over what put() brings, which may be older. Destroyed without finish(), or
/// interrupted by a crash, it leaves the old generation.
class Rebuild {
 public:
  virtual ~Rebuild() = default;
  virtual Result<> put(std::span<const Document> documents) = 0;
  /// From now on the new generation serves; the old one goes.
  virtual Result<> finish() = 0;
};

/// A full text index. Blocks: not on an I/O thread (Service::ask does not). Any thread.
class Index {
 public:
  virtual ~Index() = default;
  [[nodiscard]] virtual const Shape& shape() const = 0;
  /// Adds documents, or replaces those of the same ids. All or none; found once it has returned.
  virtual Result<> put(std::span<const Document> documents) = 0;
  virtual Result<> remove(std::span<const std::string> ids) = 0;
  virtual Result<Found> find(const Query& query) = 0;
  /// Begins one; an unfinished one before it is given up.
  virtual Result<std::unique_ptr<Rebuild>> rebuild() = 0;
};

/// Refusals (Errc::refused) that all adapters share.
Result<> check(const Shape& shape);
Result<> check(const Shape& shape, std::span<const Document> documents);
Result<> check(const Shape& shape, const Query& query);

/// The shape in one line: what a generation was built for.
std::string fingerprint(const Shape& shape);

/// Engines mark matches with these; documents have them as blanks.
inline constexpr char match_begin = '\x02';
inline constexpr char match_end = '\x03';
std::vector<Hit::Piece> pieces_of(std::string_view marked);

/// A document's text as it is stored: UTF-8, control characters as blanks.
std::string storable(std::string_view text);

}  // namespace mainstay::search
