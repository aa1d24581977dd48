/* Private to chart: a program as a child process. */
#ifndef QUIRE_CHART_CHILD_H
#define QUIRE_CHART_CHILD_H

#include "base/buf.h"
#include "quire/context.h"
#include "quire/error.h"

#define QUIRE_CHILD_OUTPUT_MAX ((size_t)64 << 20)

struct quire_child_call {
    const char *program;           /* found as execvp finds programs */
    char *const *argv;             /* a NULL behind the last; the first is its name in errors */
    const char *hint;              /* where it cannot be run; NULL: none */
    const struct quire_buf *input; /* what it reads */
    int64_t timeout_ms;
    struct quire_context *context; /* asked whether to stop; may be NULL */
};

/* Runs the program and appends what it writes on its standard output. The child gets the input as
 * its standard input, no file of ours, and of an environment a locale and a path; it is killed
 * when time is up, the observer cancels, or it writes more than the limit. QUIRE_UNSUPPORTED where
 * there is no such program, QUIRE_LIMIT, QUIRE_CANCELLED, and QUIRE_IO with what it said when it
 * failed. */
int quire_child_run(const struct quire_child_call *call, struct quire_buf *output,
                    struct quire_error *error);

#endif
