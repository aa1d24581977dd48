/* Which codec and format a file is in: as asked, else by its name, else by its
 * first bytes. */
#ifndef QUIRE_FILE_DETECT_H
#define QUIRE_FILE_DETECT_H

#include "quire/codec.h"
#include "quire/format.h"

/* The codec of a file read: *codec is NULL for none. wanted may be NULL; bytes
 * are the first of the stored object. */
int quire_detect_codec(const char *wanted, const char *url, const uint8_t *bytes, size_t size,
                       const struct quire_codec **codec, struct quire_error *error);

/* The format of a file read; bytes are the first after decompression. QUIRE_USAGE
 * when neither the name nor the content tells. */
int quire_detect_format(const char *wanted, const char *url, const uint8_t *bytes, size_t size,
                        const struct quire_format **format, struct quire_error *error);

/* The same for a file to be written, where only the name can tell. level gets
 * that of "zstd:3". A format that compresses inside gets no codec around it: *codec is
 * NULL, and a name that says one is QUIRE_USAGE. */
int quire_choose_codec(const char *wanted, const char *url, const struct quire_format *format,
                       const struct quire_codec **codec, int *level, struct quire_error *error);
int quire_choose_format(const char *wanted, const char *url, const struct quire_format **format,
                        struct quire_error *error);

/* Formats share their code: what failed as "write json" or "read csv" is told with the name
 * that the format goes by ("write jsonl", "read tsv"). */
void quire_name_format(const char *verb, const struct quire_format *format,
                       struct quire_error *error);

#endif
