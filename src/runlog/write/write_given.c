/* What is given with the rows, by options or by a caller: it goes into rows that do not say it
 * themselves, so it is checked as their fields are, before anything is made. */
#include <string.h>

#include "base/fail.h"
#include "base/utf8.h"
#include "runlog/write/writer.h"

static int refuse(const char *name, const char *value, const char *allowed,
                  struct quire_error *error)
{
    return quire_fail(error, QUIRE_USAGE, "configure", "%s: '%.80s' is not %s", name, value,
                      allowed);
}

/* An id or a name. */
static int check_id(const char *name, const char *value, struct quire_error *error)
{
    if (value == NULL) return 0;
    if (value[0] == '\0') return refuse(name, value, "allowed: it is empty", error);
    if (!quire_utf8_is_valid(value, strlen(value))) return refuse(name, value, "UTF-8", error);
    return 0;
}

static int check_mode(const char *name, const char *value, struct quire_error *error)
{
    if (value == NULL || quire_model_is_word(QUIRE_RUNLOG_MODES, value)) return 0;
    return refuse(name, value, "one of initial, incremental, full_refresh, validation_only", error);
}

int quire_write_check_given(const char *run_id, const struct quire_runlog_context *context,
                            struct quire_error *error)
{
    QUIRE_TRY(check_id("run-id", run_id, error));
    if (context == NULL) return 0;
    QUIRE_TRY(check_id("run-id", context->run_id, error));
    QUIRE_TRY(check_id("execution-id", context->execution_id, error));
    QUIRE_TRY(check_id("pipeline-id", context->pipeline_id, error));
    QUIRE_TRY(check_id("schema", context->schema, error));
    QUIRE_TRY(check_mode("run-mode", context->run_mode, error));
    return check_mode("mode", context->mode, error);
}
