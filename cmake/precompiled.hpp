#pragma once

// What nearly every file includes, compiled once (cmake/precompiled.cmake). Files name what they use all the same:
// release builds and clang do without. Only the standard library and headers of base that hardly ever change, since a
// change here compiles everything anew.
#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/text.hpp"
#include "base/unique_function.hpp"
