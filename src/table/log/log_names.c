#include "table/log/log_names.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"

/* Exactly `digits` digits at *at, which moves behind them. */
static bool take_digits(const char **at, int digits, int64_t *value)
{
    for (int i = 0; i < digits; i++)
        if ((*at)[i] < '0' || (*at)[i] > '9') return false;
    bool fits = quire_number_parse_i64(*at, (size_t)digits, value, NULL);
    *at += digits;
    return fits;
}

static bool ends_with(const char *text, const char *end)
{
    size_t size = strlen(text), tail = strlen(end);
    return size >= tail && strcmp(text + size - tail, end) == 0;
}

static void parse_checkpoint(const char *rest, struct quire_log_name *name)
{
    const char *at = rest;
    if (strcmp(rest, "parquet") == 0) {
        name->kind = QUIRE_LOG_FILE_CHECKPOINT;
    } else if (take_digits(&at, 10, &name->part) && *at++ == '.' &&
               take_digits(&at, 10, &name->parts) && strcmp(at, ".parquet") == 0) {
        bool numbered = name->part >= 1 && name->part <= name->parts;
        name->kind = numbered ? QUIRE_LOG_FILE_PART : QUIRE_LOG_FILE_OTHER;
    } else if (ends_with(rest, ".parquet") || ends_with(rest, ".json")) {
        name->kind = QUIRE_LOG_FILE_CHECKPOINT; /* V2, named by a UUID */
    }
}

struct quire_log_name quire_log_name_parse(const char *name)
{
    static const char checkpoint[] = "checkpoint.";
    struct quire_log_name parsed = {.kind = QUIRE_LOG_FILE_OTHER};
    const char *at = name;
    if (!take_digits(&at, QUIRE_LOG_VERSION_DIGITS, &parsed.version) || *at++ != '.') return parsed;
    if (strcmp(at, "json") == 0) {
        parsed.kind = QUIRE_LOG_FILE_COMMIT;
    } else if (strcmp(at, "crc") == 0) {
        parsed.kind = QUIRE_LOG_FILE_CHECKSUM;
    } else if (strncmp(at, checkpoint, strlen(checkpoint)) == 0) {
        parse_checkpoint(at + strlen(checkpoint), &parsed);
    } else if (take_digits(&at, QUIRE_LOG_VERSION_DIGITS, &parsed.last) &&
               strcmp(at, ".compacted.json") == 0 && parsed.last >= parsed.version) {
        parsed.kind = QUIRE_LOG_FILE_COMPACTED;
    }
    return parsed;
}

void quire_log_name_commit(int64_t version, char *out)
{
    snprintf(out, QUIRE_LOG_NAME_MAX, "%020" PRId64 ".json", version);
}

void quire_log_name_compacted(int64_t first, int64_t last, char *out)
{
    snprintf(out, QUIRE_LOG_NAME_MAX, "%020" PRId64 ".%020" PRId64 ".compacted.json", first, last);
}

void quire_log_name_checkpoint(int64_t version, char *out)
{
    snprintf(out, QUIRE_LOG_NAME_MAX, "%020" PRId64 ".checkpoint.parquet", version);
}

void quire_log_name_start(int64_t version, char *out)
{
    snprintf(out, QUIRE_LOG_NAME_MAX, "%020" PRId64 ".", version);
}
