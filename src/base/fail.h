/* Filling in a struct quire_error, and the one macro that returns.
 *
 * The place that finds a failure calls quire_fail; outer layers, which know more
 * about where, add what is missing with quire_error_at and quire_error_path.
 * The first to say a thing wins: outer layers never overwrite inner ones. */
#ifndef QUIRE_BASE_FAIL_H
#define QUIRE_BASE_FAIL_H

#include <stdarg.h>

#include "quire/error.h"

/* Returns from the calling function with the value of expr when it is not 0.
 * Local objects must be released by cleanup attributes (see cleanup.h). */
#define QUIRE_TRY(expr)                                                      \
    do {                                                                     \
        int quire_try_code = (expr);                                         \
        if (__builtin_expect(quire_try_code != 0, 0)) return quire_try_code; \
    } while (0)

/* As quire_fail (quire/error.h), with the code and text of an errno value appended to the cause.
 * QUIRE_IO unless the errno has a code of its own (ENOENT, EACCES, ENOSPC, EEXIST, EPIPE …). */
int quire_fail_errno(struct quire_error *error, int errno_value, const char *operation,
                     const char *cause_format, ...) QUIRE_PRINTF(4, 5);

/* Allocation failed. Returns QUIRE_MEMORY. */
int quire_fail_memory(struct quire_error *error, const char *operation);

/* Add to an error that is already set, where it does not know better itself.
 * row and byte may be QUIRE_NOWHERE, column NULL. All accept error == NULL. */
void quire_error_at(struct quire_error *error, int64_t row, const char *column, int64_t byte);
void quire_error_operation(struct quire_error *error, const char *operation);
void quire_error_path(struct quire_error *error, const char *path);
/* Puts "outer." before the column of an error raised inside a nested value. */
void quire_error_outer_column(struct quire_error *error, const char *outer);

#endif
