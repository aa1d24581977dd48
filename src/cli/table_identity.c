#include "table_identity.h"

#include <stddef.h>
#include <string.h>

#include "cli.h"
#include "try.h"

/* What is said of a column. */
struct identity_options {
    int64_t start, step;
};

#define AT(field) offsetof(struct identity_options, field)
static const struct quire_option rows[] = {
    {.name = "start", .type = QUIRE_OPTION_INT, .default_text = "1", .offset = AT(start)},
    {.name = "step", .type = QUIRE_OPTION_INT, .default_text = "1", .offset = AT(step)},
};
static const struct quire_option_table table = {rows, sizeof(rows) / sizeof(rows[0]),
                                                sizeof(struct identity_options)};

static int fail_words(const char *column, const char *value, struct quire_error *error)
{
    quire_fail(error, QUIRE_USAGE, "table create",
               "--identity %.100s is always or by-default, and may have a start and a step, not "
               "\"%.100s\"",
               column, value);
    quire_error_hint(error, "--identity \"%.50s=always,start=100,step=10\"", column);
    return QUIRE_USAGE;
}

/* "start=100": one word behind the kind, which is changed. */
static int read_word(char *word, struct identity_options *options, const struct quire_keyed *given,
                     struct quire_error *error)
{
    char *value = strchr(word, '=');
    if (value == NULL || !quire_options_has(&table, (*value = '\0', word)))
        return fail_words(given->key, given->value, error);
    int code = quire_options_set(&table, options, word, value + 1, error);
    if (code != 0)
        quire_error_hint(error, "--identity \"%.50s=always,start=100,step=10\"", given->key);
    return code;
}

static int read_words(char *words, const struct quire_keyed *given,
                      struct quire_table_identity *identity, struct quire_error *error)
{
    struct identity_options options;
    char *rest = strchr(words, ',');
    if (rest != NULL) *rest++ = '\0';
    bool by_default = strcmp(words, "by-default") == 0;
    if (!by_default && strcmp(words, "always") != 0)
        return fail_words(given->key, given->value, error);
    QUIRE_TRY(quire_options_init(&table, &options, error));
    while (rest != NULL) {
        char *word = rest;
        rest = strchr(word, ',');
        if (rest != NULL) *rest++ = '\0';
        QUIRE_TRY(read_word(word, &options, given, error));
    }
    if (options.step == 0)
        return quire_fail(error, QUIRE_USAGE, "table create", "the step of --identity is not 0");
    *identity = (struct quire_table_identity){given->key, options.start, options.step, by_default};
    return 0;
}

int quire_cli_identities(const struct quire_keyed *given, struct quire_table_identity **identities,
                         size_t *size, struct quire_error *error)
{
    size_t count = 0, made = 0;
    for (const struct quire_keyed *one = given; one != NULL; one = one->next)
        count++;
    struct quire_table_identity *list = quire_alloc_zero(count + 1, sizeof(*list));
    int code = list != NULL ? 0 : quire_cli_fail_memory(error);
    for (const struct quire_keyed *one = given; code == 0 && one != NULL; one = one->next) {
        char *words = quire_strdup(one->value);
        code = words != NULL ? read_words(words, one, &list[made++], error)
                             : quire_cli_fail_memory(error);
        quire_free(words);
    }
    if (code != 0) {
        quire_free(list);
        return code;
    }
    *identities = list;
    *size = made;
    return 0;
}
