/* Times are read as values of a timestamp column are. */
#include "table_version.h"

#include <string.h>

static void free_builder(struct quire_builder **builder)
{
    quire_builder_free(*builder);
}

int quire_cli_time_parse(const char *text, const char *option, int64_t *time_ms,
                         struct quire_error *error)
{
    static const char schema_text[] = "at timestamp(ms, UTC) not null";
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    QUIRE_CLEANUP(free_builder) struct quire_builder *builder = NULL;
    struct ArrowArray batch = {.release = NULL};
    QUIRE_TRY(quire_schema_parse(schema_text, sizeof(schema_text) - 1, &schema, error));
    QUIRE_TRY(quire_builder_new(&schema, &builder, error));
    int code = quire_builder_text(builder, text, strlen(text), error);
    if (code == QUIRE_INPUT)
        return quire_fail(error, QUIRE_USAGE, "", "%s wants a time, not \"%.80s\"", option, text);
    if (code == 0) code = quire_builder_end_row(builder, error);
    if (code == 0) code = quire_builder_finish(builder, &batch, error);
    if (code != 0) return code;
    *time_ms = ((const int64_t *)batch.children[0]->buffers[1])[0];
    quire_array_release(&batch);
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
