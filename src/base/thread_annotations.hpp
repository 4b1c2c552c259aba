#pragma once

// Clang's thread safety analysis; nothing under gcc.
// https://clang.llvm.org/docs/ThreadSafetyAnalysis.html
#if defined(__clang__)
#define MS_THREAD(x) __attribute__((x))
#else
#define MS_THREAD(x)
#endif

#define MS_CAPABILITY(name) MS_THREAD(capability(name))
#define MS_SCOPED_CAPABILITY MS_THREAD(scoped_lockable)
#define MS_GUARDED_BY(mutex) MS_THREAD(guarded_by(mutex))
#define MS_REQUIRES(...) MS_THREAD(requires_capability(__VA_ARGS__))
#define MS_ACQUIRE(...) MS_THREAD(acquire_capability(__VA_ARGS__))
#define MS_RELEASE(...) MS_THREAD(release_capability(__VA_ARGS__))
#define MS_TRY_ACQUIRE(...) MS_THREAD(try_acquire_capability(__VA_ARGS__))
#define MS_EXCLUDES(...) MS_THREAD(locks_excluded(__VA_ARGS__))
#define MS_NO_THREAD_SAFETY MS_THREAD(no_thread_safety_analysis)
