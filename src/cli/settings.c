/* Which side an option of a format belongs to: whichever has it, both when both do,
 * one alone when it is named with "in." or "out.". */
#include <stdio.h>
#include <string.h>

#include "input.h"

struct routing {
    const struct quire_cli *cli;
    const struct quire_format *from; /* NULL: not known */
    const struct quire_format *to;   /* NULL: no output */
    struct quire_cli_input *input;
};

/* What reads no files has no options of that. Without a known format any that can be read may turn
 * out to be the one; its own decoder then has the last word. */
static bool input_has(const struct routing *routing, const char *name)
{
    if ((routing->cli->command->flags & QUIRE_COMMAND_CHOOSES) != 0) return false;
    if (routing->from != NULL) return quire_options_has(&routing->from->decoder_options, name);
    size_t size;
    const struct quire_format *const *formats = quire_formats(&size);
    for (size_t i = 0; i < size; i++) {
        if (formats[i]->decoder_open != NULL &&
            quire_options_has(&formats[i]->decoder_options, name))
            return true;
    }
    return false;
}

static bool output_has(const struct routing *routing, const char *name)
{
    return routing->to != NULL && quire_options_has(&routing->to->encoder_options, name);
}

static size_t collect_names(const struct quire_option_table *table, const char **names, size_t size)
{
    for (size_t i = 0; i < table->rows_size && size < QUIRE_CLI_ROWS_MAX; i++)
        names[size++] = table->rows[i].name;
    return size;
}

static int fail_unknown(const struct routing *routing, const char *name, bool in, bool out,
                        struct quire_error *error)
{
    const char *names[QUIRE_CLI_ROWS_MAX];
    size_t size = 0;
    const char *from = routing->from != NULL ? routing->from->name : "the input";
    const char *to = routing->to != NULL ? routing->to->name : "the output";
    if (in && routing->from != NULL)
        size = collect_names(&routing->from->decoder_options, names, size);
    if (out && routing->to != NULL)
        size = collect_names(&routing->to->encoder_options, names, size);
    out = out && routing->to != NULL;
    quire_fail(error, QUIRE_USAGE, routing->cli->command->name,
               "no option \"%.80s\" is there for %s%s%s%s", name, in ? "reading " : "",
               in ? from : "",
               in && out ? " or for writing "
               : out     ? "writing "
                         : "",
               out ? to : "");
    const char *nearest = quire_options_nearest(names, size, name);
    if (nearest != NULL)
        quire_error_hint(error, "did you mean \"%s\"?", nearest);
    else
        quire_error_hint(error, "\"quire formats --json\" lists them");
    return QUIRE_USAGE;
}

static int route(struct routing *routing, const char *name, const char *value,
                 struct quire_error *error)
{
    struct quire_cli_input *input = routing->input;
    bool in = strncmp(name, "out.", 4) != 0, out = strncmp(name, "in.", 3) != 0;
    if (!in)
        name += 4;
    else if (!out)
        name += 3;
    bool to_input = in && input_has(routing, name), to_output = out && output_has(routing, name);
    if (!to_input && !to_output) return fail_unknown(routing, name, in, out, error);
    const struct quire_setting setting = {name, value};
    if (to_input) input->settings[input->settings_size++] = setting;
    if (to_output) input->output_settings[input->output_settings_size++] = setting;
    return 0;
}

int quire_cli_settings_route(const struct quire_cli *cli, const struct quire_format *from,
                             const struct quire_format *to, struct quire_cli_input *input,
                             struct quire_error *error)
{
    struct routing routing = {cli, from, to, input};
    const struct quire_cli_reading *reading = &cli->reading;
    size_t max = 4; /* delimiter, header, catalog and row-group-rows */
    for (const struct quire_keyed *set = reading->set; set != NULL; set = set->next)
        max++;
    input->settings = quire_alloc_zero(max, sizeof(*input->settings));
    input->output_settings = quire_alloc_zero(max, sizeof(*input->output_settings));
    if (input->settings == NULL || input->output_settings == NULL)
        return quire_cli_fail_memory(error);
    if (reading->delimiter != NULL)
        QUIRE_TRY(route(&routing, "delimiter", reading->delimiter, error));
    bool reads = (cli->command->flags & QUIRE_COMMAND_CHOOSES) == 0;
    if (reads && reading->catalog != NULL)
        QUIRE_TRY(route(&routing, "catalog", reading->catalog, error));
    if (quire_cli_is_given(cli, "header"))
        QUIRE_TRY(route(&routing, "header", reading->header ? "on" : "off", error));
    if (cli->writing.row_group_rows != NULL)
        QUIRE_TRY(route(&routing, "out.row_group_rows", cli->writing.row_group_rows, error));
    for (const struct quire_keyed *set = reading->set; set != NULL; set = set->next)
        QUIRE_TRY(route(&routing, set->key, set->value, error));
    return 0;
}
