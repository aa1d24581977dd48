/* Options as rows. Parsing, defaults, --help, man pages, completions and
 * documents all come from these rows; nothing else knows an option's name. */
#ifndef QUIRE_OPTION_H
#define QUIRE_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quire/error.h"

#ifdef __cplusplus
extern "C" {
#endif

enum quire_option_type {
    QUIRE_OPTION_BOOL,     /* bool; on/off, true/false, yes/no, 1/0 */
    QUIRE_OPTION_INT,      /* int64_t; digits */
    QUIRE_OPTION_SIZE,     /* int64_t bytes; "64KB", "1MiB", "2G" (powers of 1024) */
    QUIRE_OPTION_DURATION, /* int64_t milliseconds; "250ms", "30s", "168h", "1d" */
    QUIRE_OPTION_NUMBER,   /* double */
    QUIRE_OPTION_TEXT,     /* char *, owned by the options struct; NULL when absent */
    QUIRE_OPTION_CHAR,     /* int32_t: one ASCII character; "\t", "tab", "none" (= -1) */
    QUIRE_OPTION_CHOICE,   /* int32_t: index into choices ("minimal|all|nonnumeric|none") */
    QUIRE_OPTION_KEYED     /* struct quire_keyed *: name.KEY=value and name=value (key "") */
};

/* One value of a keyed option ("float_precision.price=2"). Owned by the options struct. */
struct quire_keyed {
    struct quire_keyed *next;
    char *key;
    char *value;
};

/* One row. offset is where the value stands in the options struct. */
struct quire_option {
    const char *name;
    enum quire_option_type type;
    const char *default_text; /* parsed like a given value; NULL: zero */
    size_t offset;
    const char *help;    /* one sentence, no full stop at the end */
    const char *choices; /* CHOICE: names separated by '|' */
    int64_t min, max;    /* INT, SIZE, DURATION: bounds when max > 0 */
};

/* A list of rows and the size of the struct that they fill. */
struct quire_option_table {
    const struct quire_option *rows;
    size_t rows_size;
    size_t struct_size;
};

/* A value given as text. */
struct quire_setting {
    const char *name;
    const char *value;
};

/* An options struct is zeroed memory or holds what init and set put there;
 * nothing else writes owned values (TEXT, KEYED) into it. Names are looked up
 * with '-' as good as '_', and case does not matter. None of this is
 * thread-safe on one options struct. */

/* Makes options (uninitialised memory of table->struct_size bytes) the defaults.
 * 0, QUIRE_MEMORY, or QUIRE_USAGE when a row's default does not parse; on failure
 * options are zeroed and own nothing. */
QUIRE_API int quire_options_init(const struct quire_option_table *table, void *options,
                                 struct quire_error *error);

/* Frees what the values own and zeroes the struct. NULL is fine. */
QUIRE_API void quire_options_release(const struct quire_option_table *table, void *options);

/* Sets one value. `name.KEY` sets that key of a KEYED row, and a key that is set
 * again takes the new value. A BOOL given as "" or NULL is true. QUIRE_USAGE for
 * an unknown name (the hint has the nearest known one) and for a value that is
 * not allowed (the cause says what is); QUIRE_MEMORY. The old value stands on
 * failure. */
QUIRE_API int quire_options_set(const struct quire_option_table *table, void *options,
                                const char *name, const char *value, struct quire_error *error);

/* Sets n values in order and stops at the first failure. */
QUIRE_API int quire_options_apply(const struct quire_option_table *table, void *options,
                                  const struct quire_setting *settings, size_t n,
                                  struct quire_error *error);

/* Settings of a YAML or JSON text (zero-terminated): a mapping of names to values, in order. A list
 * is a value with commas (is_list: of an option that has one value it is none), what is in a
 * mapping below has the name "outer.inner", and nothing is given for null. line is where it stands,
 * 0 where that is not known. A failure of take ends it, and so does a name that is there twice, in
 * whatever case (QUIRE_USAGE). QUIRE_INPUT for what is neither, QUIRE_USAGE for other shapes,
 * QUIRE_UNSUPPORTED for YAML in a build without libyaml. */
QUIRE_API int quire_settings_parse(const char *text, size_t size,
                                   int (*take)(void *user, const struct quire_setting *setting,
                                               bool is_list, int64_t line,
                                               struct quire_error *error),
                                   void *user, struct quire_error *error);

/* The row that a name sets, `name.KEY` included; NULL when there is none. */
QUIRE_API const struct quire_option *quire_options_find(const struct quire_option_table *table,
                                                        const char *name);
QUIRE_API bool quire_options_has(const struct quire_option_table *table, const char *name);

/* The value of a key, else the one given without a key, else NULL. Borrowed. */
QUIRE_API const char *quire_options_keyed(const struct quire_keyed *list, const char *key);

/* "Did you mean": the name nearest to the given one, or NULL when none is near.
 * For commands, formats and choices as well as options. Borrowed from names. */
QUIRE_API const char *quire_options_nearest(const char *const *names, size_t n, const char *given);

#ifdef __cplusplus
}
#endif
#endif
