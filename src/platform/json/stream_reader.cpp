#include "platform/json/stream_reader.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include <boost/json/basic_parser_impl.hpp>

#include "platform/json/number.hpp"
#include "platform/json/tree_builder.hpp"

namespace mainstay::json {
namespace {

/// What the parser tells: builds what the filter keeps, and hands values out. Boost's own counts of
/// members are of no use, since members are dropped and items handed out.
class StreamHandler {
 public:
  using error_code = boost::json::error_code;
  using string_view = boost::json::string_view;
  static constexpr auto max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr auto max_array_size = max_object_size;
  static constexpr auto max_key_size = max_object_size;
  static constexpr auto max_string_size = max_object_size;

  StreamHandler(const StreamOptions& options, StreamReader::Take on_item,
                StreamReader::Take on_value)
      : options_(options), on_item_(std::move(on_item)), on_value_(std::move(on_value)) {}

  std::optional<Error> failure;
  bool handed_out = false;  // since it was last set to false

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code& error) {
    open_.clear();
    return hand_out(on_value_, error);
  }

  bool on_array_begin(error_code&) { return begin(true); }
  bool on_object_begin(error_code&) { return begin(false); }
  bool on_array_end(std::size_t, error_code& error) { return end(error); }
  bool on_object_end(std::size_t, error_code& error) { return end(error); }

  bool on_key_part(string_view part, std::size_t, error_code&) { return add_text(part); }
  bool on_key(string_view part, std::size_t, error_code&) {
    add_text(part);
    if (dropped_ == 0) end_key();
    return true;
  }

  bool on_string_part(string_view part, std::size_t, error_code&) {
    return is_dropped() || add_text(part);
  }
  bool on_string(string_view part, std::size_t, error_code& error) {
    if (is_dropped()) return pass_over();
    add_text(part);
    builder_.end_text();
    return end_value(error);
  }

  bool on_number_part(string_view part, error_code&) {
    number_.append(part.data(), part.size());
    return true;
  }
  bool on_int64(std::int64_t value, string_view, error_code& error) {
    number_.clear();
    return scalar(value, error);
  }
  bool on_uint64(std::uint64_t value, string_view, error_code& error) {
    number_.clear();
    return scalar(value, error);
  }
  bool on_double(double value, string_view part, error_code& error) {
    number_.append(part.data(), part.size());
    const std::optional<double> nearest = nearest_double(number_, value);
    number_.clear();
    if (nearest) return scalar(*nearest, error);
    error = boost::json::error::exponent_overflow;
    return false;
  }
  bool on_bool(bool value, error_code& error) { return scalar(value, error); }
  bool on_null(error_code& error) { return scalar(nullptr, error); }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }

 private:
  enum class Fate { keep, drop };
  struct Open {
    const Filter* filter;  // of its members or elements; null: everything is kept
    bool is_array;
    bool hands_out;  // an array of items
  };

  bool add_text(string_view part) {
    if (dropped_ == 0) builder_.add_text({part.data(), part.size()});
    return true;
  }
  [[nodiscard]] bool is_dropped() const { return dropped_ > 0 || next_is_dropped_; }
  /// A value that is dropped has ended, or was none of more than one token.
  bool pass_over() {
    if (dropped_ == 0) next_is_dropped_ = false;
    return true;
  }

  void end_key();
  bool begin(bool is_array);
  bool end(error_code& error);
  template <class T>
  bool scalar(T value, error_code& error) {
    if (is_dropped()) return pass_over();
    builder_.add(value);
    return end_value(error);
  }
  bool end_value(error_code& error);
  bool hand_out(const StreamReader::Take& taker, error_code& error);

  const StreamOptions& options_;
  StreamReader::Take on_item_;
  StreamReader::Take on_value_;
  TreeBuilder builder_;
  std::string number_;
  std::vector<Open> open_;
  const Filter* next_filter_ = nullptr;  // of the value behind a name
  bool next_hands_out_ = false;
  bool next_is_dropped_ = false;
  std::size_t dropped_ = 0;  // containers open within what is dropped
};

void StreamHandler::end_key() {
  builder_.end_name();
  const std::string& name = builder_.last_name();
  const Filter* const filter = open_.back().filter;
  next_filter_ = nullptr;
  next_hands_out_ = open_.size() == 1 && !options_.items.empty() && name == options_.items;
  if (filter == nullptr) return;
  const auto named = std::ranges::find(filter->members, name, &Filter::Member::name);
  const bool is_named = named != filter->members.end();
  if (is_named && !named->filter.members.empty()) {
    next_filter_ = &named->filter;
  } else if (is_named != filter->only) {
    next_is_dropped_ = true;
    builder_.drop_name();
  }
}

bool StreamHandler::begin(bool is_array) {
  if (is_dropped()) {
    ++dropped_;
    return true;
  }
  const Filter* filter = next_filter_;
  if (open_.empty()) {
    filter = options_.filter.members.empty() ? nullptr : &options_.filter;
  } else if (open_.back().is_array) {
    filter = open_.back().filter;
  }
  open_.push_back({filter, is_array, is_array && next_hands_out_});
  next_filter_ = nullptr;
  next_hands_out_ = false;
  builder_.begin();
  return true;
}

bool StreamHandler::end(error_code& error) {
  if (dropped_ > 0) {
    if (--dropped_ == 0) next_is_dropped_ = false;
    return true;
  }
  if (open_.back().is_array) {
    builder_.end_array();
  } else {
    builder_.end_object();
  }
  open_.pop_back();
  return end_value(error);
}

/// An element of the items leaves at once.
bool StreamHandler::end_value(error_code& error) {
  next_filter_ = nullptr;
  next_hands_out_ = false;
  if (open_.size() != 2 || !open_.back().hands_out) return true;
  return hand_out(on_item_, error);
}

bool StreamHandler::hand_out(const StreamReader::Take& taker, error_code& error) {
  handed_out = true;
  auto taken = taker(builder_.take());
  if (!taken.has_error()) return true;
  failure = taken.error();
  error = boost::json::error::syntax;  // any: the failure above is what counts
  return false;
}

bool is_json_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

}  // namespace

struct StreamReader::Impl {
  Impl(StreamOptions from, Take on_item, Take on_value)
      : options(std::move(from)),
        parser(parse_options(), options, std::move(on_item), std::move(on_value)) {}

  [[nodiscard]] boost::json::parse_options parse_options() const {
    boost::json::parse_options made;
    made.max_depth = options.depth_max;
    return made;
  }
  Result<> parse(std::string_view text);
  Error fail(Error error) {
    failure = error;
    return error;
  }
  Error failed(const boost::json::error_code& error);

  const StreamOptions options;
  boost::json::basic_parser<StreamHandler> parser;
  bool within = false;  // a value
  std::uint64_t position = 0;
  std::size_t value_bytes = 0;  // since something was handed out
  std::optional<Error> failure;
};

Error StreamReader::Impl::failed(const boost::json::error_code& error) {
  if (parser.handler().failure) return fail(*parser.handler().failure);
  const std::string place = " at byte " + std::to_string(position);
  if (error == boost::json::error::too_deep) {
    return fail(
        {Errc::too_deep, "more than " + std::to_string(options.depth_max) + " levels" + place});
  }
  return fail({Errc::syntax, error.message() + place});
}

Result<> StreamReader::Impl::parse(std::string_view text) {
  while (!text.empty()) {
    if (!within) {
      const auto first = std::ranges::find_if_not(text, is_json_blank);
      position += static_cast<std::size_t>(first - text.begin());
      text.remove_prefix(static_cast<std::size_t>(first - text.begin()));
      if (text.empty()) return {};
      parser.reset();
      value_bytes = 0;
      within = true;
    }
    parser.handler().handed_out = false;
    boost::json::error_code error;
    const std::size_t used = parser.write_some(true, text.data(), text.size(), error);
    position += used;
    if (error) return failed(error);
    // Whatever was handed out of a piece was smaller than the piece.
    value_bytes = parser.handler().handed_out ? 0 : value_bytes + used;
    if (value_bytes > options.value_bytes_max) {
      return fail({Errc::too_large,
                   "one value of more than " + std::to_string(options.value_bytes_max) + " bytes"});
    }
    text.remove_prefix(used);
    if (parser.done()) within = false;
  }
  return {};
}

StreamReader::StreamReader(StreamOptions options, Take on_item, Take on_value)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(on_item), std::move(on_value))) {}
StreamReader::~StreamReader() = default;

Result<> StreamReader::receive(std::string_view text) {
  if (impl_->failure) return *impl_->failure;
  return impl_->parse(text);
}

Result<> StreamReader::end() {
  if (impl_->failure) return *impl_->failure;
  if (!impl_->within) return {};
  // Only a number at the very end may not know yet that it is whole.
  boost::json::error_code error;
  impl_->parser.write_some(false, "", 0, error);
  if (error) return impl_->failed(error);
  impl_->within = false;
  return {};
}

}  // namespace mainstay::json
