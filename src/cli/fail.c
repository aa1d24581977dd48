/* Errors of the program itself, in the shape that the library's have. */
#include <stdarg.h>
#include <stdio.h>

#include "cli.h"

int quire_cli_fail(struct quire_error *error, int code, const char *operation,
                   const char *cause_format, ...)
{
    if (error == NULL) return code;
    quire_error_clear(error);
    error->code = code;
    snprintf(error->operation, sizeof(error->operation), "%s", operation);
    va_list arguments;
    va_start(arguments, cause_format);
    vsnprintf(error->cause, sizeof(error->cause), cause_format, arguments);
    va_end(arguments);
    return code;
}

int quire_cli_fail_memory(struct quire_error *error)
{
    return quire_cli_fail(error, QUIRE_MEMORY, "", "memory could not be allocated");
}

void quire_cli_hint(struct quire_error *error, const char *hint_format, ...)
{
    if (error == NULL) return;
    va_list arguments;
    va_start(arguments, hint_format);
    vsnprintf(error->hint, sizeof(error->hint), hint_format, arguments);
    va_end(arguments);
}
