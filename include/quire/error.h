/* What can go wrong, told in a way that a caller can act on.
 *
 * Every fallible function returns an int: 0 is success, a negative value is one
 * of the codes below. The codes are grouped by what the caller can do about
 * them, not by where they arose. Details travel in a struct quire_error that
 * the caller owns and may omit (pass NULL). */
#ifndef QUIRE_ERROR_H
#define QUIRE_ERROR_H

#include <stdint.h>

#include "quire/export.h"

#ifdef __cplusplus
extern "C" {
#endif

/* name, value, text. docs/ERRORS.md has the table of what to do about each. */
#define QUIRE_CODE_MAP(X)                                                 \
    X(OK, 0, "success")                                                   \
    X(INPUT, -1, "the data is not acceptable")                            \
    X(CORRUPT, -2, "the stored bytes are damaged")                        \
    X(LIMIT, -3, "a named limit was passed")                              \
    X(USAGE, -4, "the request is not valid")                              \
    X(UNSUPPORTED, -5, "this build or format cannot do that")             \
    X(NOT_FOUND, -6, "no such object")                                    \
    X(EXISTS, -7, "the object already exists")                            \
    X(CONFLICT, -8, "someone else changed it first")                      \
    X(PERMISSION, -9, "access is denied")                                 \
    X(FULL, -10, "no space is left")                                      \
    X(IO, -11, "input or output failed")                                  \
    X(RETRY, -12, "a transient failure; the same call may succeed later") \
    X(MEMORY, -13, "memory could not be allocated")                       \
    X(CANCELLED, -14, "the operation was cancelled")                      \
    X(AUTH, -15, "authentication failed")                                 \
    X(CLOSED, -16, "the other end was closed")                            \
    X(INTERNAL, -17, "a defect in this library")

enum quire_code {
#define QUIRE_CODE_ENUM(name, value, text) QUIRE_##name = (value),
    QUIRE_CODE_MAP(QUIRE_CODE_ENUM)
#undef QUIRE_CODE_ENUM
};

/* A position that is not known. */
#define QUIRE_NOWHERE INT64_C(-1)

/* One failure. All text is zero-terminated UTF-8, cut at the size of its field;
 * an empty text or QUIRE_NOWHERE means that part is not known. Rows count data
 * records from 1; bytes are offsets from 0 in the (decompressed) object. */
struct quire_error {
    int code;
    int64_t row;
    int64_t byte;
    char operation[40]; /* "read csv", "commit" */
    char path[512];     /* object, as the caller named it */
    char column[128];   /* field path, "a.b" */
    char cause[512];    /* what happened */
    char hint[256];     /* what to do about it */
};

/* Makes *error say "no error". Safe on uninitialised memory. */
QUIRE_API void quire_error_clear(struct quire_error *error);

/* Resets *error (if any), records code, operation and a formatted cause.
 * Returns code, so that it can be the last word of a function. For formats and
 * stores of applications as for the library's own. */
QUIRE_API int quire_fail(struct quire_error *error, int code, const char *operation,
                         const char *cause_format, ...) QUIRE_PRINTF(4, 5);

/* Adds what to do about it, unless the error says so already. */
QUIRE_API void quire_error_hint(struct quire_error *error, const char *hint_format, ...)
    QUIRE_PRINTF(2, 3);

/* The fixed text of a code; "unknown code" for others. Static storage. */
QUIRE_API const char *quire_code_text(int code);

/* The name of a code without its prefix, "NOT_FOUND". Static storage. */
QUIRE_API const char *quire_code_name(int code);

/* Writes the whole error as one line, "operation path: row R, column C, byte B:
 * cause; hint", into buffer (capacity in bytes, always terminated).
 * Returns the length that the full text has, as snprintf does. */
QUIRE_API int quire_error_format(const struct quire_error *error, char *buffer, int capacity);

#ifdef __cplusplus
}
#endif
#endif
