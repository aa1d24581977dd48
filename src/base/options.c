/* Tables of options: looking names up, defaults, lists. Values themselves are
 * the matter of option_value.c. */
#include "base/options.h"

#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "base/option_value.h"
#include "base/text.h"

/* -- near names ------------------------------------------------------------- */

struct nearest {
    char given[QUIRE_TEXT_DISTANCE_SIZE_MAX + 1]; /* folded */
    const char *name;                             /* the best so far */
    size_t distance;                              /* of name; before, the first that is too far */
};

/* Copies a name in lower case with '_' for '-'; false when it is too long. */
static bool fold(const char *name, size_t size, char out[QUIRE_TEXT_DISTANCE_SIZE_MAX + 1])
{
    if (size > QUIRE_TEXT_DISTANCE_SIZE_MAX) return false;
    for (size_t i = 0; i < size; i++)
        out[i] = quire_option_name_fold(name[i]);
    out[size] = '\0';
    return true;
}

/* One slip in four characters is near, and so is a name that was cut short. */
static void nearest_begin(struct nearest *nearest, const char *given, size_t size)
{
    *nearest = (struct nearest){.distance = 2 + size / 4};
    if (!fold(given, size, nearest->given)) nearest->distance = 0;
}

static void nearest_consider(struct nearest *nearest, const char *name)
{
    char folded[QUIRE_TEXT_DISTANCE_SIZE_MAX + 1];
    if (nearest->distance == 0 || !fold(name, strlen(name), folded)) return;
    size_t limit = nearest->distance - 1;
    size_t distance = quire_text_distance(nearest->given, folded, limit);
    size_t given_size = strlen(nearest->given);
    if (distance > limit && nearest->name == NULL && given_size >= 2 &&
        quire_text_starts_with(folded, nearest->given))
        distance = limit;
    if (distance > limit) return;
    nearest->name = name;
    nearest->distance = distance;
}

const char *quire_options_nearest(const char *const *names, size_t n, const char *given)
{
    struct nearest nearest;
    nearest_begin(&nearest, given, strlen(given));
    for (size_t i = 0; i < n; i++)
        nearest_consider(&nearest, names[i]);
    return nearest.name;
}

/* -- looking up ------------------------------------------------------------- */

/* *key is set to the part after the point, "" without one. */
static const struct quire_option *find(const struct quire_option_table *table, const char *name,
                                       const char **key)
{
    size_t name_size = strlen(name);
    const char *point = strchr(name, '.');
    bool keyed = point != NULL && point[1] != '\0';
    for (size_t i = 0; i < table->rows_size; i++) {
        const struct quire_option *row = &table->rows[i];
        size_t size = strlen(row->name);
        if (quire_option_name_equal(row->name, size, name, name_size)) {
            *key = "";
            return row;
        }
        if (keyed && row->type == QUIRE_OPTION_KEYED &&
            quire_option_name_equal(row->name, size, name, (size_t)(point - name))) {
            *key = point + 1;
            return row;
        }
    }
    return NULL;
}

const struct quire_option *quire_options_find(const struct quire_option_table *table,
                                              const char *name)
{
    const char *key;
    return find(table, name, &key);
}

bool quire_options_has(const struct quire_option_table *table, const char *name)
{
    return quire_options_find(table, name) != NULL;
}

const char *quire_options_keyed(const struct quire_keyed *list, const char *key)
{
    const char *general = NULL;
    for (; list != NULL; list = list->next) {
        if (strcmp(list->key, key) == 0) return list->value;
        if (list->key[0] == '\0') general = list->value;
    }
    return general;
}

static int fail_unknown(const struct quire_option_table *table, const char *name,
                        struct quire_error *error)
{
    quire_fail(error, QUIRE_USAGE, "set option", "unknown option '%s'", name);
    struct nearest nearest;
    nearest_begin(&nearest, name, strcspn(name, "."));
    for (size_t i = 0; i < table->rows_size; i++)
        nearest_consider(&nearest, table->rows[i].name);
    if (nearest.name != NULL) {
        quire_error_hint(error, "did you mean '%s'?", nearest.name);
        return QUIRE_USAGE;
    }
    char known[sizeof(error->hint)] = "there are no options";
    for (size_t i = 0, used = 0; i < table->rows_size && used < sizeof(known); i++) {
        used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s",
                                 i > 0 ? ", " : "known: ", table->rows[i].name);
    }
    quire_error_hint(error, "%s", known);
    return QUIRE_USAGE;
}

/* -- life and values -------------------------------------------------------- */

int quire_options_init(const struct quire_option_table *table, void *options,
                       struct quire_error *error)
{
    memset(options, 0, table->struct_size);
    for (size_t i = 0; i < table->rows_size; i++) {
        const struct quire_option *row = &table->rows[i];
        if (row->default_text == NULL) continue;
        int code = quire_option_value_parse(row, options, "", row->default_text, error);
        if (code != 0) {
            quire_options_release(table, options);
            return code;
        }
    }
    return 0;
}

void quire_options_release(const struct quire_option_table *table, void *options)
{
    if (options == NULL) return;
    for (size_t i = 0; i < table->rows_size; i++)
        quire_option_value_release(&table->rows[i], options);
    memset(options, 0, table->struct_size);
}

int quire_options_set(const struct quire_option_table *table, void *options, const char *name,
                      const char *value, struct quire_error *error)
{
    const char *key;
    const struct quire_option *row = find(table, name, &key);
    if (row == NULL) return fail_unknown(table, name, error);
    return quire_option_value_parse(row, options, key, value, error);
}

int quire_options_apply(const struct quire_option_table *table, void *options,
                        const struct quire_setting *settings, size_t n, struct quire_error *error)
{
    for (size_t i = 0; i < n; i++)
        QUIRE_TRY(quire_options_set(table, options, settings[i].name, settings[i].value, error));
    return 0;
}

int quire_options_print(const struct quire_option *row, const void *options, struct quire_buf *out)
{
    return quire_option_value_print(row, options, out);
}
