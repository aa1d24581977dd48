/* The fuzz targets: one table of everything that takes bytes from outside, and of
 * what must come back as it went in.
 *
 * A target takes any bytes at all and returns; whatever is wrong ends the process:
 * a sanitizer, or FUZZ_CHECK where a promise is broken. Targets keep nothing from
 * one run to the next, and the same bytes do the same. */
#ifndef QUIRE_TESTS_FUZZ_H
#define QUIRE_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quire/error.h"

struct fuzz_target {
    const char *name;
    void (*run)(const uint8_t *data, size_t size);
    const char *const *seeds; /* texts to begin with, NULL at the end; may be NULL */
    bool must_fail;           /* shows that failing is noticed */
};

extern const struct fuzz_target fuzz_targets[];
extern const size_t fuzz_targets_size;

const struct fuzz_target *fuzz_target_find(const char *name);

/* --- For targets ---------------------------------------------------------------- */

/* Ends the process, saying what was promised and why it is not kept. */
#define FUZZ_CHECK(promise, ...)                            \
    do {                                                    \
        if (!(promise)) fuzz_broken(#promise, __VA_ARGS__); \
    } while (0)
_Noreturn void fuzz_broken(const char *promise, const char *format, ...) QUIRE_PRINTF(2, 3);

/* An error must say what happened, and never that the library is at fault. */
void fuzz_check_error(int code, const struct quire_error *error);

/* The bytes of an input, taken from its front; zeros when there are no more. */
struct fuzz_bytes {
    const uint8_t *data;
    size_t size;
};
uint8_t fuzz_take(struct fuzz_bytes *bytes);
uint64_t fuzz_take_u64(struct fuzz_bytes *bytes);
/* In 0..bound-1. '@' gives 0, so that seeds can be texts. */
size_t fuzz_take_below(struct fuzz_bytes *bytes, size_t bound);

/* What is left as text that ends with a zero, for functions that take such. Freed
 * by the caller with quire_free. */
char *fuzz_take_text(struct fuzz_bytes *bytes);

#define FUZZ_TARGET(name) void fuzz_##name(const uint8_t *data, size_t size)

FUZZ_TARGET(csv);
FUZZ_TARGET(tsv);
FUZZ_TARGET(json);
FUZZ_TARGET(jsonl);
FUZZ_TARGET(ion);
FUZZ_TARGET(ion_text);
FUZZ_TARGET(ion_raw);
FUZZ_TARGET(ion_tables);
FUZZ_TARGET(ion_round);
FUZZ_TARGET(schema);
FUZZ_TARGET(json_check);
FUZZ_TARGET(json_value);
FUZZ_TARGET(value);
FUZZ_TARGET(time);
FUZZ_TARGET(zone);
FUZZ_TARGET(number);
FUZZ_TARGET(decimal);
FUZZ_TARGET(options);
FUZZ_TARGET(glob);
FUZZ_TARGET(utf8);
FUZZ_TARGET(base64);
FUZZ_TARGET(codec_in);
FUZZ_TARGET(codec_damaged);
FUZZ_TARGET(codec_block);
FUZZ_TARGET(codec_round);
FUZZ_TARGET(csv_round);
FUZZ_TARGET(json_round);
FUZZ_TARGET(table_write);
FUZZ_TARGET(cast_round);
FUZZ_TARGET(schema_round);
FUZZ_TARGET(arrow_schema);
FUZZ_TARGET(arrow);
FUZZ_TARGET(arrow_stream);
FUZZ_TARGET(arrow_round);
FUZZ_TARGET(parquet);
FUZZ_TARGET(parquet_conditions);
FUZZ_TARGET(parquet_damaged);
FUZZ_TARGET(parquet_footer);
FUZZ_TARGET(parquet_module);
FUZZ_TARGET(parquet_page_header);
FUZZ_TARGET(parquet_page_index);
FUZZ_TARGET(parquet_round);
FUZZ_TARGET(parquet_values);
FUZZ_TARGET(parquet_values_round);
FUZZ_TARGET(sort_round);
FUZZ_TARGET(deletion_vector);
FUZZ_TARGET(delta_schema);
FUZZ_TARGET(expr);
FUZZ_TARGET(config);
FUZZ_TARGET(rules);
FUZZ_TARGET(chart_fonts);
FUZZ_TARGET(chart_text);
FUZZ_TARGET(chart_svg);
FUZZ_TARGET(runlog);
FUZZ_TARGET(json_scan);
FUZZ_TARGET(sql);
FUZZ_TARGET(sql_text);
FUZZ_TARGET(smoke);
FUZZ_TARGET(canary);

#endif
