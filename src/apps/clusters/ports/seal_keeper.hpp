#pragma once

#include "base/document.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"

namespace mainstay::clusters {

/// Who has the keys that open sealed secrets, elsewhere. Any thread; `done` is called once, on a
/// thread of the implementation, and must be short.
class SealKeeper {
 public:
  template <class T>
  using Done = UniqueFunction<void(Result<T>)>;

  virtual ~SealKeeper() = default;

  /// Whether it can open every value of a SealedSecret. Errc::cluster_unavailable, also when it is
  /// asked too often; cluster_refused.
  virtual void verify(const Document& sealed, Done<bool> done) = 0;
  /// The same secret, its values sealed for the newest key: of the same name, scope and keys, else
  /// Errc::cluster_refused.
  virtual void rotate(const Document& sealed, Done<Document> done) = 0;
};

}  // namespace mainstay::clusters
