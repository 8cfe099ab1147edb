#ifndef CRE2_H
#define CRE2_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A compiled regular expression of RE2 (https://github.com/google/re2).
typedef struct cre2_pattern cre2_pattern;

/// Compiles `length` bytes of UTF-8; what is compiled takes `memory` bytes at most. NULL when that
/// fails: then `message`, which has room for `capacity` bytes, says why, and ends with a NUL.
cre2_pattern *cre2_compile(const char *text, size_t length, int64_t memory, char *message,
                           size_t capacity);

/// Whether `length` bytes of UTF-8 contain a match: 1 or 0. May be called on any thread.
int cre2_is_found(const cre2_pattern *pattern, const char *text, size_t length);

void cre2_free(cre2_pattern *pattern);

#ifdef __cplusplus
}
#endif

#endif
