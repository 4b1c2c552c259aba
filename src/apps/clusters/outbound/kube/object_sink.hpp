#pragma once

#include <string>
#include <string_view>

#include "apps/clusters/ports/cluster_reader.hpp"
#include "base/document.hpp"
#include "base/result.hpp"

namespace mainstay::clusters {

/// Takes what is read of a kind, in this order: begin_list, listed for each, end_list; then put and
/// remove. Readers see nothing of it before publish(). On the transport's thread.
class ObjectSink {
 public:
  virtual ~ObjectSink() = default;

  virtual void begin_list() = 0;
  /// An error: there are too many.
  virtual Result<> listed(const Document& object) = 0;
  virtual void end_list() = 0;
  virtual Result<> put(const Document& object) = 0;
  virtual void remove(const Document& object) = 0;
  /// `state`: all but `objects`, which it fills in.
  virtual void publish(CacheState state) = 0;
  [[nodiscard]] virtual std::size_t size() const = 0;
  /// Objects without a name, so far: they are left out.
  [[nodiscard]] virtual std::size_t unreadable() const = 0;
};

}  // namespace mainstay::clusters
