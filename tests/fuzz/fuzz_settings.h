/* Settings drawn from bytes, for any option table: new options are fuzzed without
 * being told of. */
#ifndef QUIRE_TESTS_FUZZ_SETTINGS_H
#define QUIRE_TESTS_FUZZ_SETTINGS_H

#include "fuzz.h"
#include "quire/option.h"

#define FUZZ_OPTIONS_BYTES 1024

/* Fills options (FUZZ_OPTIONS_BYTES bytes, 16-aligned) with the defaults and then up to
 * three settings. Released with quire_options_release. */
void fuzz_take_settings(struct fuzz_bytes *bytes, const struct quire_option_table *table,
                        void *options);

/* The same with settings written down: "name=value;name=value". Asserts. */
void fuzz_set(const struct quire_option_table *table, void *options, const char *set);

#endif
