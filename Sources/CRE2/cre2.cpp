#include "cre2.h"

#include <re2/re2.h>

#include <cstring>
#include <new>

struct cre2_pattern {
  RE2 compiled;
  cre2_pattern(const re2::StringPiece &text, const RE2::Options &options) : compiled(text, options) {}
};

cre2_pattern *cre2_compile(const char *text, size_t length, int64_t memory, char *message,
                           size_t capacity) {
  RE2::Options options;
  // An error is the caller's to tell, not for standard error.
  options.set_log_errors(false);
  options.set_max_mem(memory);
  auto *pattern = new (std::nothrow) cre2_pattern(re2::StringPiece(text, length), options);
  const char *problem = "out of memory";
  if (pattern != nullptr) {
    if (pattern->compiled.ok()) return pattern;
    problem = pattern->compiled.error().c_str();
  }
  if (capacity > 0) {
    std::strncpy(message, problem, capacity - 1);
    message[capacity - 1] = '\0';
  }
  delete pattern;
  return nullptr;
}

int cre2_is_found(const cre2_pattern *pattern, const char *text, size_t length) {
  return RE2::PartialMatch(re2::StringPiece(text, length), pattern->compiled) ? 1 : 0;
}

void cre2_free(cre2_pattern *pattern) { delete pattern; }
