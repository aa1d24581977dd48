/* Times are read as values of a timestamp column are. */
#include "table_version.h"

#include <string.h>

#define TIME_SIZE_MAX 100

static void free_builder(struct quire_builder **builder)
{
    quire_builder_free(*builder);
}

/* Digits of a second beyond microseconds are left out. False: the text is too long for a time. */
static bool cut_digits(const char *text, char out[TIME_SIZE_MAX])
{
    size_t size = strcspn(text, "."), kept = 0;
    if (strlen(text) >= TIME_SIZE_MAX) return false;
    memcpy(out, text, size);
    if (text[size] == '.') {
        size_t digits = strspn(text + size + 1, "0123456789");
        kept = 1 + (digits < 6 ? digits : 6);
        memcpy(out + size, text + size, kept);
        memcpy(out + size + kept, text + size + 1 + digits, strlen(text + size + 1 + digits) + 1);
    } else {
        out[size] = '\0';
    }
    return true;
}

/* Two digits; -1: there are none. */
static int two_digits(const char *text)
{
    if (strspn(text, "0123456789") < 2) return -1;
    return (text[0] - '0') * 10 + text[1] - '0';
}

/* What is wrong with a time that begins as one does, as far as it is the day or the time of day. */
static const char *why_no_time(const char *text)
{
    static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (strspn(text, "0123456789") != 4 || text[4] != '-' || two_digits(text + 5) < 0 ||
        text[7] != '-' || two_digits(text + 8) < 0)
        return "it is not in one of these forms";
    int year = two_digits(text) * 100 + two_digits(text + 2);
    int month = two_digits(text + 5), day = two_digits(text + 8);
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (month < 1 || month > 12) return "there is no such month";
    if (day < 1 || day > days[month - 1] - (month == 2 && !leap)) return "there is no such day";
    if (text[10] != '\0' && strchr("Tt ", text[10]) != NULL && two_digits(text + 11) >= 0) {
        if (text[13] != ':' || two_digits(text + 14) < 0) return "a time of day has minutes";
        if (two_digits(text + 11) > 23 || two_digits(text + 14) > 59)
            return "there is no such time of day";
    }
    return "it is not in one of these forms";
}

static int fail_time(const char *text, const char *option, struct quire_error *error)
{
    quire_fail(error, QUIRE_USAGE, "", "%s wants a time, not \"%.80s\": %s", option, text,
               why_no_time(text));
    quire_error_hint(error, "2024-02-29, 2024-02-29T12:30:00Z, or with a fraction of the second or "
                            "a zone: 2024-02-29T12:30:00.5+01:00");
    return QUIRE_USAGE;
}

int quire_cli_time_parse_us(const char *text, const char *option, int64_t *time_us,
                            struct quire_error *error)
{
    static const char schema_text[] = "at timestamp(us, UTC) not null";
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    QUIRE_CLEANUP(free_builder) struct quire_builder *builder = NULL;
    struct ArrowArray batch = {.release = NULL};
    char time[TIME_SIZE_MAX];
    if (!cut_digits(text, time)) return fail_time(text, option, error);
    QUIRE_TRY(quire_schema_parse(schema_text, sizeof(schema_text) - 1, &schema, error));
    QUIRE_TRY(quire_builder_new(&schema, &builder, error));
    int code = quire_builder_text(builder, time, strlen(time), error);
    if (code == QUIRE_INPUT) return fail_time(text, option, error);
    if (code == 0) code = quire_builder_end_row(builder, error);
    if (code == 0) code = quire_builder_finish(builder, &batch, error);
    if (code != 0) return code;
    *time_us = ((const int64_t *)batch.children[0]->buffers[1])[0];
    quire_array_release(&batch);
    return 0;
}

int quire_cli_time_parse(const char *text, const char *option, int64_t *time_ms,
                         struct quire_error *error)
{
    int64_t us = 0;
    QUIRE_TRY(quire_cli_time_parse_us(text, option, &us, error));
    *time_ms = us / 1000 - (us % 1000 < 0);
    return 0;
}

int quire_cli_table_open(struct quire_cli *cli, const char *url, struct quire_table **table,
                         struct quire_error *error)
{
    const struct quire_cli_table_version *options = cli->options;
    bool by_version = quire_cli_is_given(cli, "version");
    int64_t time_ms = 0;
    if (options->at == NULL)
        return quire_table_open(url, by_version ? options->version : QUIRE_TABLE_NEWEST, table,
                                error);
    if (by_version)
        return quire_fail(error, QUIRE_USAGE, cli->command->name,
                          "--version and --at both say which version");
    QUIRE_TRY(quire_cli_time_parse(options->at, "--at", &time_ms, error));
    return quire_table_open_at(url, time_ms, table, error);
}

void quire_cli_table_close(struct quire_table **table)
{
    quire_table_close(*table);
}
