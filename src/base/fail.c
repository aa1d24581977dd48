/* Errors: the code table and the filling in of struct quire_error. */
#include "base/fail.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *quire_code_text(int code)
{
    switch (code) {
#define QUIRE_CODE_CASE(name, value, text) \
    case (value): return (text);
        QUIRE_CODE_MAP(QUIRE_CODE_CASE)
#undef QUIRE_CODE_CASE
    default: return "unknown code";
    }
}

const char *quire_code_name(int code)
{
    switch (code) {
#define QUIRE_CODE_CASE(name, value, text) \
    case (value): return #name;
        QUIRE_CODE_MAP(QUIRE_CODE_CASE)
#undef QUIRE_CODE_CASE
    default: return "UNKNOWN";
    }
}

void quire_error_clear(struct quire_error *error)
{
    if (error == NULL) return;
    memset(error, 0, sizeof(*error));
    error->row = QUIRE_NOWHERE;
    error->byte = QUIRE_NOWHERE;
}

/* Copies text into a fixed field, cut between characters rather than inside one. */
static void set_field(char *field, size_t capacity, const char *text)
{
    size_t size = strlen(text);
    if (size >= capacity) {
        size = capacity - 1;
        while (size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80)
            size--;
    }
    memmove(field, text, size);
    field[size] = '\0';
}

__attribute__((format(printf, 4, 0))) static void fail_v(struct quire_error *error, int code,
                                                         const char *operation, const char *format,
                                                         va_list arguments)
{
    char cause[sizeof(error->cause) + 4];
    int size = vsnprintf(cause, sizeof(cause), format, arguments);
    if (size < 0) cause[0] = '\0';
    quire_error_clear(error);
    error->code = code;
    set_field(error->operation, sizeof(error->operation), operation);
    set_field(error->cause, sizeof(error->cause), cause);
}

int quire_fail(struct quire_error *error, int code, const char *operation, const char *cause_format,
               ...)
{
    if (error == NULL) return code;
    va_list arguments;
    va_start(arguments, cause_format);
    fail_v(error, code, operation, cause_format, arguments);
    va_end(arguments);
    return code;
}

static int errno_code(int errno_value)
{
    switch (errno_value) {
    case ENOENT:
    case ENOTDIR: return QUIRE_NOT_FOUND;
    case EEXIST: return QUIRE_EXISTS;
    case EACCES:
    case EPERM:
    case EROFS: return QUIRE_PERMISSION;
    case ENOSPC:
    case EDQUOT: return QUIRE_FULL;
    case ENOMEM: return QUIRE_MEMORY;
    case EINTR: return QUIRE_CANCELLED;
    case EPIPE:
    case ECONNRESET: return QUIRE_CLOSED;
    case EISDIR:
    case EINVAL: return QUIRE_USAGE;
    default: return QUIRE_IO;
    }
}

int quire_fail_errno(struct quire_error *error, int errno_value, const char *operation,
                     const char *cause_format, ...)
{
    int code = errno_code(errno_value);
    if (error == NULL) return code;
    va_list arguments;
    va_start(arguments, cause_format);
    fail_v(error, code, operation, cause_format, arguments);
    va_end(arguments);
    char reason[128] = "";
    /* The GNU strerror_r may return a static text instead of filling the buffer. */
    const char *text = strerror_r(errno_value, reason, sizeof(reason));
    size_t size = strlen(error->cause);
    snprintf(error->cause + size, sizeof(error->cause) - size, "%s%s", size > 0 ? ": " : "", text);
    return code;
}

int quire_fail_memory(struct quire_error *error, const char *operation)
{
    return quire_fail(error, QUIRE_MEMORY, operation, "memory could not be allocated");
}

void quire_error_at(struct quire_error *error, int64_t row, const char *column, int64_t byte)
{
    if (error == NULL) return;
    if (error->row == QUIRE_NOWHERE) error->row = row;
    if (error->byte == QUIRE_NOWHERE) error->byte = byte;
    if (error->column[0] == '\0' && column != NULL)
        set_field(error->column, sizeof(error->column), column);
}

void quire_error_operation(struct quire_error *error, const char *operation)
{
    if (error == NULL || error->operation[0] != '\0') return;
    set_field(error->operation, sizeof(error->operation), operation);
}

void quire_error_path(struct quire_error *error, const char *path)
{
    if (error == NULL || path == NULL || error->path[0] != '\0') return;
    set_field(error->path, sizeof(error->path), path);
}

void quire_error_hint(struct quire_error *error, const char *hint_format, ...)
{
    if (error == NULL || error->hint[0] != '\0') return;
    char hint[sizeof(error->hint) + 4];
    va_list arguments;
    va_start(arguments, hint_format);
    if (vsnprintf(hint, sizeof(hint), hint_format, arguments) < 0) hint[0] = '\0';
    va_end(arguments);
    set_field(error->hint, sizeof(error->hint), hint);
}

void quire_error_outer_column(struct quire_error *error, const char *outer)
{
    if (error == NULL || outer == NULL) return;
    char column[sizeof(error->column) + 4]; /* for set_field to see where to cut */
    snprintf(column, sizeof(column), "%s%s%s", outer, error->column[0] != '\0' ? "." : "",
             error->column);
    set_field(error->column, sizeof(error->column), column);
}

int quire_error_format(const struct quire_error *error, char *buffer, int capacity)
{
    char where[96 + sizeof(error->column)] = "";
    int used = 0;
#define QUIRE_WHERE(...) used += snprintf(where + used, sizeof(where) - (size_t)used, __VA_ARGS__)
    if (error->row != QUIRE_NOWHERE) QUIRE_WHERE("row %" PRId64, error->row);
    if (error->column[0] != '\0') QUIRE_WHERE("%scolumn %s", used > 0 ? ", " : "", error->column);
    if (error->byte != QUIRE_NOWHERE)
        QUIRE_WHERE("%sbyte %" PRId64, used > 0 ? ", " : "", error->byte);
#undef QUIRE_WHERE
    const char *cause = error->cause[0] != '\0' ? error->cause : quire_code_text(error->code);
    return snprintf(buffer, (size_t)capacity, "%s%s%s%s%s%s%s%s%s", error->operation,
                    error->operation[0] != '\0' && error->path[0] != '\0' ? " " : "", error->path,
                    error->operation[0] != '\0' || error->path[0] != '\0' ? ": " : "", where,
                    where[0] != '\0' ? ": " : "", cause, error->hint[0] != '\0' ? "; " : "",
                    error->hint);
}
