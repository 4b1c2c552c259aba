#pragma once

/// A fuzz target of the project, under a name of its own: the table that CMake writes
/// (cmake/modules.cmake) ends with an empty one.
struct FuzzTarget {
  const char* name;
  int (*run)(const unsigned char* data, unsigned long size);
};
extern const FuzzTarget fuzz_targets[];
